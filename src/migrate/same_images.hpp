// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ffdump {

/// Which records in the window have the same image, so that it is extracted once. Of each image it
/// knows the record met last, so images that come again and again stay known; it forgets those of a
/// block that leaves the window, which bounds it. Only records of one file share, since a file has
/// its own rules for facens. Lives on the pipeline's thread.
class SameImages {
 public:
    /// How a record met one that has the same image.
    enum class Met : unsigned char {
        none,     ///< the record is to be asked for, and others may follow it
        settled,  ///< it has the other's facen
        joined    ///< it gets the other's fate
    };
    /// Two records with one key have one image. Keys are of one kind.
    [[nodiscard]] Met meet(const Ticket& ticket, std::string_view key);
    /// The block leaves the window.
    void forget(const BlockWork& block);
    [[nodiscard]] std::size_t size() const noexcept { return latest_.size(); }

 private:
    std::unordered_map<std::string, RecordFate::Twin> latest_;
    std::unordered_map<const BlockWork*, std::vector<std::string>> keys_;
};

}  // namespace ffdump
