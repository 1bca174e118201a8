// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/notation.hpp"
#include "ffdump/dump/profile.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// How a value goes from one notation to the other: what it says stays, or it is an error. Integers
/// take the shortest form of msgpack, fractions are float64; in JSON a float is the shortest number
/// that is read as the same float64, with a point or an exponent, an integer has neither.
/// Texts are str; of JSON they lose their escapes. Value type; one thread.
class ValueTranslation {
 public:
    explicit ValueTranslation(Notation target) : target_(target) {}

    /// Appends a whole value that has been proved to be one; of the target's notation it is copied.
    /// Fails, without a place, with `layout_cannot_carry`: an integer beyond 64 bits, a number with
    /// more digits than a float64 has, a text that is not UTF-8; ext, bin, a float that is not
    /// finite, a key that is no text. `fault` gets the keys on the way to what is in the way then.
    [[nodiscard]] Result<void> append(std::string& out, std::string_view value, Notation notation,
                                      FieldPath& fault) const;
    /// The same of an object's or map's key: in JSON between its quotes, without them.
    [[nodiscard]] Result<void> append_key(std::string& out, std::string_view key,
                                          Notation notation) const;

 private:
    Notation target_;
};

[[nodiscard]] Result<void> append_json_of_msgpack(std::string& out, std::string_view token,
                                                  FieldPath& fault);
[[nodiscard]] Result<void> append_msgpack_of_json(std::string& out, std::string_view text,
                                                  FieldPath& fault);

}  // namespace ffdump
