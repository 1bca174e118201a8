// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"

#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// Tells headers and trailers from records and finds what they state. `profile` must outlive it.
class StatedReader {
 public:
    explicit StatedReader(const Profile& profile);

    /// What the first or last value of lines or a stream states, or nothing when it is none: when
    /// it is no JSON object, states nothing that the profile names, or has an id or a facen.
    [[nodiscard]] std::optional<StatedValues> header_value(std::string_view text) const;
    [[nodiscard]] std::optional<StatedValues> trailer_value(std::string_view text) const;

    /// What an object states before and behind its array. The first text ends with the array's `[`,
    /// the second begins with its `]`.
    [[nodiscard]] StatedValues before_array(std::string_view text) const;
    [[nodiscard]] StatedValues behind_array(std::string_view text) const;
    /// Whether a text that begins with the array's `]` ends the object, and nothing follows.
    [[nodiscard]] bool ends_object(std::string_view text) const;
    /// Whether it only lacks an end.
    [[nodiscard]] bool is_cut_off(std::string_view text) const;

    /// Of a whole header or trailer, white space around it included.
    [[nodiscard]] StatedValues header(std::string_view text) const;
    [[nodiscard]] StatedValues trailer(std::string_view text) const;

 private:
    [[nodiscard]] std::optional<StatedValues> whole_value(
        std::string_view text, const std::optional<StatedPaths>& paths) const;

    const Profile& profile_;
    std::string opening_;  ///< `{"data":{"faces":[`
};

}  // namespace ffdump
