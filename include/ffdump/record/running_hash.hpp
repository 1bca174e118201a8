// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/record_sums.hpp"

#include <memory>
#include <string_view>

namespace ffdump {

/// XXH3-128 over bytes that come in pieces: the fingerprint of a source file and of the regions of
/// a part file. Finds accidents, not enemies. Not thread-safe; moved, not copied.
class RunningHash {
 public:
    RunningHash();
    ~RunningHash();
    RunningHash(RunningHash&&) noexcept;
    RunningHash& operator=(RunningHash&&) noexcept;
    RunningHash(const RunningHash&) = delete;
    RunningHash& operator=(const RunningHash&) = delete;

    void add(std::string_view bytes);
    /// Of everything added since the start or the last reset; may be asked again later.
    [[nodiscard]] Sum128 value() const;
    void reset();

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ffdump
