// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_share.hpp"

#include "ffdump/base/reason.hpp"

namespace ffdump {

/// How often a storage must say of one image that it does not have it until that is believed. A
/// storage whose folder was not mounted for a second, or one of whose servers has no folder, says
/// so of images that are there, and too few at once for a pattern. It is found out by what it says
/// the second time: that of many images is the better proof, and cheaper than to ask for each of
/// them often. For one thread.
class DenialShare {
 public:
    /// Whether the same question may be answered otherwise later: an image is there or not, and
    /// bytes that are no image may be a proxy's page. A forbidden URL stays forbidden.
    [[nodiscard]] static bool may_pass(Reason reason) noexcept;

    /// The answer to an image that had been denied `before` times. It is not denied when it came,
    /// or was there in another state.
    void answered(unsigned before, bool is_denied);
    /// Whether the storage has contradicted itself and not stood to its word for long since.
    [[nodiscard]] bool is_doubtful() const { return is_contradicted_ && agreed_ < proof(); }
    /// Twice where the storage stands to what it says; more often while that is not clear.
    [[nodiscard]] unsigned enough() const;

 private:
    /// So many images must be denied twice, without one that came after all, that it cannot be
    /// chance.
    [[nodiscard]] unsigned proof() const;
    void contradicted();

    FaultShare first_;
    unsigned agreed_ = 0;  ///< images denied twice since the last that came after all
    bool is_contradicted_ = false;
};

}  // namespace ffdump
