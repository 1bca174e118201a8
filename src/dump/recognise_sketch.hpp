// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The structure of the value at the front of a text.
struct RecordSketch {
    /// For people: keys, kinds and sizes, never values: "{id number of 4 bytes, facen text of 1708
    /// bytes, meta {...}}". At most 40 keys, 4 levels, keys cut to 40 bytes.
    std::string text;
    bool in_array = false;              ///< of msgpack: the record is the first of an array
    std::vector<std::string> top_keys;  ///< as they stand between their quotes; places of an array
};

/// Takes torn and wrong JSON too, as far as it goes.
[[nodiscard]] RecordSketch sketch_json(std::string_view text);

/// What a file that is no JSON looks like by its first bytes: "a zstd file"; and what to do.
struct ByteNature {
    std::string_view looks_like;
    std::string_view hint;
};
[[nodiscard]] ByteNature byte_nature(std::string_view prefix) noexcept;

}  // namespace ffdump
