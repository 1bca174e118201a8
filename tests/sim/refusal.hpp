// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <string>

namespace ffdump {

/// Why the double does not do what it was asked: an HTTP status and the words of the error body.
/// Not an Error of ffdump: the double must not share the judgement of what it tests.
struct Refusal {
    int status = 400;
    std::string text;
    bool close = false;  ///< the connection cannot be used any further
};

template <class T>
using Checked = tl::expected<T, Refusal>;

[[nodiscard]] inline tl::unexpected<Refusal> refused(int status, std::string text) {
    return tl::unexpected<Refusal>(Refusal{status, std::move(text), false});
}
[[nodiscard]] inline tl::unexpected<Refusal> refused_and_closed(int status, std::string text) {
    return tl::unexpected<Refusal>(Refusal{status, std::move(text), true});
}

}  // namespace ffdump
