// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <vector>

namespace ffdump {

/// The median of any number of lengths in bounded memory (2.5 MiB): lengths are counted by the
/// upper half of their bits as float, and within the first few such halves that are met by the
/// lower one. So it is exact to a float where lengths lie close together, as those of unit length
/// do, and to 1 % elsewhere. One thread.
class NormCensus {
 public:
    /// `norm` is finite and not negative.
    void add(double norm);
    /// Of what was added; 0 when that is nothing.
    [[nodiscard]] double median() const;

 private:
    std::uint64_t count_ = 0;
    std::vector<std::uint64_t> coarse_;
    std::map<std::size_t, std::vector<std::uint64_t>> fine_;
};

}  // namespace ffdump
