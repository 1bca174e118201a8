// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <map>

namespace ffdump {

/// Which dimension the new facens of one gallery have, when the configuration does not say. The
/// first facen to arrive must not decide alone: if it is the one wrong answer, every right one
/// after it would be refused, and it would be written. Not thread-safe.
class DimensionVote {
 public:
    /// `known` from the configuration or an earlier run; 0 = to be voted on.
    explicit DimensionVote(std::size_t known = 0) : decided_(known) {}

    /// A facen that is valid but for its dimension. Changes nothing once it is decided.
    void add(std::size_t dimension);
    /// The dimension once at least two facens and more than half of all agree; else 0.
    [[nodiscard]] std::size_t decided() const noexcept { return decided_; }

 private:
    std::size_t decided_;
    std::uint64_t all_ = 0;
    std::map<std::size_t, std::uint64_t> votes_;  ///< at most kMaxDimension entries
};

}  // namespace ffdump
