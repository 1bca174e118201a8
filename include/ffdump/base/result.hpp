// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"

#include <tl/expected.hpp>

namespace ffdump {

/// A value or the Error that kept it from being made. tl::expected, since g++ 12 has std::expected
/// in C++23 mode only; same names and meaning.
template <class T>
using Result = tl::expected<T, Error>;

/// Makes the failing side of a Result: `return failed(Error(reason, detail).at_line(7));`
[[nodiscard]] inline tl::unexpected<Error> failed(Error error) {
    return tl::unexpected<Error>(std::move(error));
}
[[nodiscard]] inline tl::unexpected<Error> failed(Reason reason, std::string detail) {
    return tl::unexpected<Error>(Error(reason, std::move(detail)));
}

}  // namespace ffdump
