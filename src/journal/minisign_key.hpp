// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"

#include <array>
#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

// The forms of minisign 0.11, as its manual has them; all texts are base64 of fixed length.
using KeyNumber = std::array<unsigned char, 8>;
using SignatureBytes = std::array<unsigned char, 64>;

struct MinisignSignature {
    bool is_prehashed = true;  ///< of the BLAKE2b-512 of the text, not of the text itself
    KeyNumber number{};
    SignatureBytes signature{};
    std::string trusted_comment;
    SignatureBytes global{};  ///< of signature and trusted comment

    [[nodiscard]] static std::optional<MinisignSignature> parse(std::string_view text);
    [[nodiscard]] std::string text() const;
};

/// Exactly `size` bytes from base64, or nothing.
[[nodiscard]] std::optional<std::vector<unsigned char>> base64_bytes(std::string_view text,
                                                                     std::size_t size);
[[nodiscard]] std::string base64_text(const std::vector<unsigned char>& bytes);

/// The line at `index`, without its end; empty when there are fewer.
[[nodiscard]] std::string_view line_at(std::string_view text, std::size_t index);

/// libsodium wants to be told before anything else of it is called.
void start_sodium();

}  // namespace ffdump
