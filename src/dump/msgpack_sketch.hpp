// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "recognise_sketch.hpp"

#include <string_view>

namespace ffdump {

/// Whether `prefix` begins as a map or an array does. UTF-16 and plain JSON do not; text of other
/// alphabets may.
[[nodiscard]] bool begins_msgpack(std::string_view prefix) noexcept;

/// The first record of a file that may be cut off: its first value, or the first one in it where
/// that is an array whose first element is a map or an array.
struct FirstOfMsgpack {
    std::string_view record;
    bool in_array = false;
};
[[nodiscard]] FirstOfMsgpack first_of_msgpack(std::string_view prefix) noexcept;

/// The structure of the value at the front, as sketch_json() tells it: "{id number of 9 bytes,
/// facen bin of 1280 bytes, meta {...}}", "[0 number of 1 byte, ...]". Takes torn values too.
[[nodiscard]] RecordSketch sketch_msgpack(std::string_view bytes);

/// "bin of 1280 bytes", "ext of 4 bytes", "array of 320": what a value is.
[[nodiscard]] std::string kind_of_msgpack(std::string_view value);

}  // namespace ffdump
