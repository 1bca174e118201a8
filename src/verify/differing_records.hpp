// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "findings.hpp"
#include "record_elements.hpp"

#include "ffdump/verify/same_facens.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>
#include <vector>

namespace ffdump {

/// The files of one gallery on both sides. Borrowed.
struct GalleryFiles {
    std::vector<const DumpFile*> new_dump;
    std::vector<const DumpFile*> redump;
};

/// Names the records of one gallery whose sums differ, in bounded memory: ids are spread over
/// buckets with a sum each; only records of buckets that differ are kept and held against each
/// other. One use, one thread.
class DifferingRecords {
 public:
    using Step = std::function<Result<void>(std::uint64_t bytes)>;  ///< fails with `interrupted`

    DifferingRecords(FileSystem& files, const SameFacensOptions& options, Findings& findings,
                     Step step);

    /// Returns whether all records that could differ were looked at by name.
    [[nodiscard]] Result<bool> name(const GalleryFiles& gallery);

 private:
    struct Bucket {
        std::uint64_t records = 0;     ///< of both sides
        std::uint64_t difference = 0;  ///< in their number, mod 2^64
        Sum128 sum;                    ///< of the new dump less that of the redump
        bool is_chosen = false;
    };
    struct Kept {
        RecordElements elements;
        const DumpFile* file;
        std::uint64_t offset;
        bool is_met = false;  ///< by a record of the redump
    };
    enum class Side : std::uint8_t { new_dump, redump };

    [[nodiscard]] Result<void> fill(const std::vector<const DumpFile*>& side, Side which);
    [[nodiscard]] Result<void> keep(const std::vector<const DumpFile*>& side);
    [[nodiscard]] Result<void> meet(const std::vector<const DumpFile*>& side);
    [[nodiscard]] Result<void> visit(
        const std::vector<const DumpFile*>& side,
        const std::function<void(const DumpFile&, const RecordView&, const RecordElements&)>& take);
    [[nodiscard]] bool choose();
    void meet_one(const DumpFile& file, const RecordView& record, const RecordElements& elements);
    void compare(const DumpFile& file, const RecordView& record, const RecordElements& elements,
                 const Kept& kept);
    void note(Reason reason, const DumpFile& file, std::uint64_t offset, RecordId id,
              std::string text);
    [[nodiscard]] Bucket& bucket_of(RecordId id);

    FileSystem& files_;
    const SameFacensOptions& options_;
    Findings& findings_;
    Step step_;
    std::vector<Bucket> buckets_;
    std::multimap<RecordId, Kept> kept_;
};

}  // namespace ffdump
