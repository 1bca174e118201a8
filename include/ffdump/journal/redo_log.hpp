// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/facen.hpp"

#include <compare>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

class GroupSync;

/// A record by its place in the run: file of the plan, place in that file.
struct RecordPlace {
    std::uint32_t file = 0;
    std::uint64_t ordinal = 0;
    friend auto operator<=>(const RecordPlace&, const RecordPlace&) = default;
};

/// A facen that came, and what it was extracted from.
struct RedoEntry {
    RecordPlace place;
    std::uint64_t record_id = 0;
    /// The record's normalized id as it stands in the source; empty when it is longer than
    /// kMostImageBytes.
    std::string image;
    Facen facen;
};

/// Where an entry stands.
struct RedoWhere {
    std::uint64_t offset = 0;
    std::uint32_t segment = 0;
    std::uint32_t bytes = 0;
};

/// Facens that came and are not in a commit yet, in the order of arrival, so that a crash does not
/// cost what was extracted: formats/redo.md. Written at once (survives SIGKILL); made durable in a
/// thread of its own, at most every 250 ms or fifty times what the last time took (bounds what
/// power loss costs). Holds biometric data; removed as soon as commits have it and, where the model
/// is checked, a check has passed since: until then whoever takes the run up asks for some of it
/// once more. One thread.
class RedoLog {
 public:
    static constexpr std::size_t kMostImageBytes = 4096;
    /// When what commits have may go: at once, or once a check has passed as well.
    enum class Keep : unsigned char { until_committed, until_vouched };

    /// A file of the log that an earlier process left, and the last place in it.
    struct Segment {
        std::uint64_t number = 0;
        RecordPlace last;
    };

    /// `kept`: what load_redo() found; its files go as new ones do. `folder`: the state folder.
    RedoLog(FileSystem& files, std::string folder, const std::string& run_id,
            std::vector<Segment> kept, Keep keep = Keep::until_committed);
    ~RedoLog();
    RedoLog(const RedoLog&) = delete;
    RedoLog& operator=(const RedoLog&) = delete;

    /// `image`: the normalized id as it stands in the source.
    void add(const RecordPlace& place, std::uint64_t record_id, std::string_view image,
             const Facen& facen);
    /// Hands over what was added to the kernel. Fails as File does, or with what the syncing thread
    /// met before.
    [[nodiscard]] Result<void> write();
    /// Everything before `place` is in durable commits.
    [[nodiscard]] Result<void> committed(const RecordPlace& place);
    /// A check of the model begins; when it passes it vouches for what was added before.
    void check_begun() noexcept { begun_below_ = file_ ? open_.number : next_number_; }
    [[nodiscard]] Result<void> check_passed();
    /// Removes all of it: nothing in it may be used any more.
    [[nodiscard]] Result<void> discard();

 private:
    [[nodiscard]] std::string path_of(std::uint64_t number) const;
    [[nodiscard]] Result<void> begin_segment();
    [[nodiscard]] Result<void> close_segment();
    [[nodiscard]] Result<void> remove_old();

    FileSystem& files_;
    std::string folder_;
    std::string header_;
    std::uint64_t seed_;
    std::vector<Segment> segments_;  ///< all but the one that is open
    std::unique_ptr<File> file_;
    Segment open_;
    std::uint64_t next_number_ = 1;
    Keep keep_;
    RecordPlace committed_;  ///< everything before it is
    /// Segments below are vouched for: once the check under way passes, and now.
    std::uint64_t begun_below_ = 0;
    std::uint64_t vouched_below_ = 0;
    std::string buffer_;
    RecordPlace last_buffered_;
    std::unique_ptr<GroupSync> sync_;
};

/// Reads what a crash left, in order of arrival: `take` gets each entry. One that is not whole
/// ends its file in silence: what it held is extracted again. Files of other runs are passed over.
[[nodiscard]] Result<std::vector<RedoLog::Segment>> load_redo(
    FileSystem& files, const std::string& folder, const std::string& run_id,
    const std::function<void(const RedoEntry&, const RedoWhere&)>& take);

/// Reads single entries of what load_redo() found: a retry may leave more than memory holds.
class RedoReader {
 public:
    RedoReader(FileSystem& files, std::string folder, const std::string& run_id);
    /// Fails as File does, and with `output_damaged` when the entry is not what it was.
    [[nodiscard]] Result<RedoEntry> read(const RedoWhere& where);

 private:
    FileSystem& files_;
    std::string folder_;
    std::uint64_t seed_;
    std::uint64_t open_ = 0;  ///< segment
    std::unique_ptr<File> file_;
};

/// Removes every file of a redo log, of whatever run.
[[nodiscard]] Result<void> remove_redo(FileSystem& files, const std::string& folder);

}  // namespace ffdump
