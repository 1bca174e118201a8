// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "record_framing.hpp"

#include <cstddef>
#include <optional>
#include <string_view>

namespace ffdump {

/// Records that stand one after another with nothing around them: lines, or values without a
/// border. The first and the last value may be no record; which values there are the layout says.
class LooseFraming : public RecordFraming {
 public:
    LooseFraming(const Profile& profile, const StatedReader& stated)
        : profile_(profile), stated_(stated) {}

    std::optional<std::size_t> header(std::string_view window, bool whole) final;
    Frame next(std::string_view window, bool whole, bool first) final;
    [[nodiscard]] StatedValues header_values(std::string_view text) const final {
        return stated_.header(text);
    }
    [[nodiscard]] StatedValues trailer_values(std::string_view text) const final {
        return stated_.trailer(text);
    }

 private:
    /// Where the value that begins at `begin` ends, with what belongs to it; kNowhere when more
    /// bytes are needed or, when `whole`, when there is none.
    [[nodiscard]] virtual std::size_t header_end(std::string_view window, std::size_t begin,
                                                 bool whole) const = 0;
    /// The frame of what begins at `lead`.
    [[nodiscard]] virtual Frame value_at(std::size_t lead, std::string_view window,
                                         bool whole) const = 0;
    [[nodiscard]] Frame trailer_or(Frame frame, std::string_view window, bool whole) const;

    const Profile& profile_;
    const StatedReader& stated_;
};

}  // namespace ffdump
