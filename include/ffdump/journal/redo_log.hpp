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

/// Facens that came and are not in a commit yet, in the order of arrival, so that a crash does not
/// cost what was extracted: formats/redo.md. Written at once (survives SIGKILL); made durable in a
/// thread of its own, at most every 250 ms or fifty times what the last time took (bounds what
/// power loss costs). Holds biometric data; removed as soon as commits have it. One thread.
class RedoLog {
 public:
    /// A file of the log that an earlier process left, and the last place in it.
    struct Segment {
        std::uint64_t number = 0;
        RecordPlace last;
    };

    /// `kept`: what load_redo() found; its files go as new ones do. `folder`: the state folder.
    RedoLog(FileSystem& files, std::string folder, const std::string& run_id,
            std::vector<Segment> kept);
    ~RedoLog();
    RedoLog(const RedoLog&) = delete;
    RedoLog& operator=(const RedoLog&) = delete;

    void add(const RecordPlace& place, const Facen& facen);
    /// Hands over what was added to the kernel. Fails as File does, or with what the syncing thread
    /// met before.
    [[nodiscard]] Result<void> write();
    /// Everything before `place` is in durable commits.
    [[nodiscard]] Result<void> committed(const RecordPlace& place);
    /// Removes all of it: nothing in it may be used any more.
    [[nodiscard]] Result<void> discard();

 private:
    [[nodiscard]] std::string path_of(std::uint64_t number) const;
    [[nodiscard]] Result<void> begin_segment();
    [[nodiscard]] Result<void> close_segment();

    FileSystem& files_;
    std::string folder_;
    std::string header_;
    std::uint64_t seed_;
    std::vector<Segment> segments_;  ///< all but the one that is open
    std::unique_ptr<File> file_;
    Segment open_;
    std::uint64_t next_number_ = 1;
    std::string buffer_;
    RecordPlace last_buffered_;
    std::unique_ptr<GroupSync> sync_;
};

/// Reads what a crash left, in order of arrival: `take` gets each facen. An entry that is not whole
/// ends its file in silence: what it held is extracted again. Files of other runs are passed over.
[[nodiscard]] Result<std::vector<RedoLog::Segment>> load_redo(
    FileSystem& files, const std::string& folder, const std::string& run_id,
    const std::function<void(const RecordPlace&, Facen)>& take);

/// Removes every file of a redo log, of whatever run.
[[nodiscard]] Result<void> remove_redo(FileSystem& files, const std::string& folder);

}  // namespace ffdump
