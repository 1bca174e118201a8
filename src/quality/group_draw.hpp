// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/record_draw.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string_view>
#include <vector>

namespace ffdump {

/// Draws whole groups from records that pass by once, in any order: those with the lowest ranks
/// whose records together are no more than wanted. Of a large group the records with the lowest
/// ranks of their own. Memory is that of the sample. Always keeps one group.
class GroupDraw {
 public:
    static constexpr std::size_t kMostOfGroup = 100;

    explicit GroupDraw(std::size_t most) : most_(most) {}

    /// Whether a record of a group of this rank would be in the sample as it is now.
    [[nodiscard]] bool wants(std::uint64_t group, std::uint64_t record) const;
    void add(std::uint64_t group, DrawnRecord record);
    /// A group each; the draw is over.
    [[nodiscard]] std::vector<std::vector<DrawnRecord>> take();

 private:
    std::size_t most_;
    std::size_t kept_ = 0;
    std::uint64_t ceiling_ = ~0ULL;  ///< groups from here on were given up
    std::map<std::uint64_t, RecordDraw> groups_;
    std::map<std::uint64_t, std::size_t> sizes_;
};

}  // namespace ffdump
