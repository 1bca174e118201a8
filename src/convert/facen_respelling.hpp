// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// Writes the text of a facen as another layout spells it, bit for bit. Value type.
class FacenRespelling {
 public:
    FacenRespelling(const FacenEncoding& from, const FacenEncoding& to) : from_(from), to_(to) {}

    /// Appends to `out`; the same spelling is copied unread. Fails, without a place, with
    /// `record_malformed` when `text` is no facen, and with `layout_cannot_carry` when its bits do
    /// not go into the target: float16 has fewer, numbers are always finite, and a number
    /// of more digits than a float has is none.
    [[nodiscard]] Result<void> append(std::string& out, std::string_view text) const;

 private:
    FacenEncoding from_;
    FacenEncoding to_;
};

}  // namespace ffdump
