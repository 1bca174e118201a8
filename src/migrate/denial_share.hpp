// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_share.hpp"

#include "ffdump/base/reason.hpp"

namespace ffdump {

/// How often a storage must say of one image that it does not have it until that is believed. A
/// storage whose folder was not mounted for a second, or one of whose servers has no folder, says
/// so of images that are there, and too few at once for a pattern. For one thread.
class DenialShare {
 public:
    /// Whether the same question may be answered otherwise later: an image is there or not, and
    /// bytes that are no image may be a proxy's page. A forbidden URL stays forbidden.
    [[nodiscard]] static bool may_pass(Reason reason) noexcept;

    /// The answer to an image that was not asked for before.
    void first(bool is_denied) { first_.add(is_denied); }
    /// The answer to one that had been denied.
    void again(bool is_denied) { again_.add(!is_denied); }
    /// Twice; more often while images come that had been denied.
    [[nodiscard]] unsigned enough() const;

 private:
    FaultShare first_;
    FaultShare again_;
};

}  // namespace ffdump
