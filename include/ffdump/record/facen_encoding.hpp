// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

/// How a layout spells facens. Value type.
struct FacenEncoding {
    enum class Form : std::uint8_t {
        base64,      ///< standard alphabet, in a string
        base64_url,  ///< `-` and `_` in place of `+` and `/`
        numbers,     ///< an array of numbers; its text is from bracket to bracket
        bin,         ///< of msgpack alone: the floats' bytes in a bin
        str,         ///< the same in a str, as writers without bin have it
    };
    enum class Float : std::uint8_t { float32, float16 };
    /// What a facen stands in. Of msgpack its text is the whole value, prefix included.
    enum class Carrier : std::uint8_t { json, msgpack };

    Form form = Form::base64;
    Float type = Float::float32;  ///< of base64, bin and str; little-endian
    bool padded = true;           ///< of base64: with `=` at the end
    Carrier carrier = Carrier::json;

    friend bool operator==(const FacenEncoding&, const FacenEncoding&) = default;

    /// Only msgpack can hold it.
    [[nodiscard]] bool is_binary() const noexcept { return form == Form::bin || form == Form::str; }

    /// "base64-float32le", as a profile has it, carried by JSON where it can be; nothing for
    /// another word.
    [[nodiscard]] static std::optional<FacenEncoding> of(std::string_view word);
    /// All words.
    [[nodiscard]] static std::span<const std::string_view> words() noexcept;
};

/// Decodes a facen's text; strict, as decode_facen() of base64 is. Fails with `facen_invalid`.
[[nodiscard]] Result<Facen> decode_facen(std::string_view text, const FacenEncoding& encoding);

/// Appends the text of `facen` in the style of `old`, the text that it replaces: white space behind
/// a number array's first comma. `slash` is of standard base64 alone.
void append_facen(std::string& out, std::span<const float> facen, const FacenEncoding& encoding,
                  SlashStyle slash, std::string_view old);

/// How many floats a text of this form holds, judged by its length and commas.
[[nodiscard]] std::size_t dimension_of_text(std::string_view text,
                                            const FacenEncoding& encoding) noexcept;

/// The facen as it is when it has been written and read again: float16 has fewer bits.
[[nodiscard]] Facen as_written(std::span<const float> facen, const FacenEncoding& encoding);

/// IEEE 754 binary16, rounded to the nearest even; too large a value becomes infinite.
[[nodiscard]] std::uint16_t to_float16(float value) noexcept;
[[nodiscard]] float from_float16(std::uint16_t half) noexcept;

}  // namespace ffdump
