// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record_pairs.hpp"

#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <utility>

namespace ffdump {

/// Records of one side that wait for their counterpart on the other. Records with the same id are
/// taken out in the order in which they came. About 130 bytes a record.
class UnmatchedRecords {
 public:
    using Key = std::pair<RecordId, std::uint64_t>;  ///< id and ordinal

    void add(RecordId id, const RecordFacts& facts) {
        records_.emplace(Key{id, facts.ordinal}, facts);
    }

    /// The earliest with this id, taken out.
    [[nodiscard]] std::optional<RecordFacts> take(RecordId id) {
        if (records_.empty()) {
            return std::nullopt;
        }
        const auto it = records_.lower_bound({id, 0});
        if (it == records_.end() || it->first.first != id) {
            return std::nullopt;
        }
        return records_.extract(it).mapped();
    }
    /// The one with this id and ordinal, taken out.
    [[nodiscard]] std::optional<RecordFacts> take_exactly(RecordId id, std::uint64_t ordinal) {
        const auto it = records_.find({id, ordinal});
        if (it == records_.end()) {
            return std::nullopt;
        }
        return records_.extract(it).mapped();
    }

    [[nodiscard]] std::size_t size() const noexcept { return records_.size(); }
    [[nodiscard]] const std::map<Key, RecordFacts>& all() const noexcept { return records_; }
    void clear() { records_.clear(); }

 private:
    std::map<Key, RecordFacts> records_;
};

}  // namespace ffdump
