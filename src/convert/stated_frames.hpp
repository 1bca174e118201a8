// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "member_meaning.hpp"
#include "member_mover.hpp"
#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>

namespace ffdump {

/// What holds for a whole file, wherever it is stated.
struct FileFacts {
    std::string gallery;
    std::optional<SpelledText> model;
    std::optional<std::uint64_t> dimension;
    std::optional<std::uint64_t> count =
        std::nullopt;  ///< of its records, where a header may have to state it
    bool has_counting_header = false;
};

/// What a header or trailer states; nothing where it does not.
struct StatedFacts {
    std::optional<std::string> gallery;
    std::optional<SpelledText> model;
    std::optional<std::uint64_t> dimension;
    std::optional<std::uint64_t> count;
};
[[nodiscard]] StatedFacts facts_in(NeutralFrame& frame);

/// Which places a layout has for what holds for the whole file.
[[nodiscard]] bool states_gallery(const Profile& profile) noexcept;
[[nodiscard]] bool states_model(const Profile& profile) noexcept;
[[nodiscard]] bool states_dimension(const Profile& profile) noexcept;

/// Whether a header of `to`, made of one of `from`, may state the number of records: where both
/// have a place for it, and where the trailer has none. Where the trailer has one, none is added.
[[nodiscard]] bool counts_in_header(const Profile& from, const Profile& to) noexcept;

/// The JSON text of a value, kept in `texts`.
[[nodiscard]] std::string_view json_text(std::string_view text, std::deque<std::string>& texts);

/// Makes headers and trailers of one layout from those of another: members that stay keep every
/// byte, what the target states and the source did not is added, what the target has no place for
/// is an error.
class FrameMaker {
 public:
    /// Both must outlive it.
    FrameMaker(const Profile& from, const Profile& to);

    /// Whether what a header or trailer of the source states stays in it.
    [[nodiscard]] bool keeps_header() const noexcept { return header_.is_there; }
    [[nodiscard]] bool keeps_trailer() const noexcept { return trailer_.is_there; }

    /// Fails with `layout_cannot_carry`, without a place, and the field's name. Notes in `facts`
    /// whether it states the number of records.
    [[nodiscard]] Result<void> header(NeutralFrame& frame, FileFacts& facts) const;
    [[nodiscard]] Result<void> trailer(NeutralFrame& frame, const FileFacts& facts,
                                       std::uint64_t count) const;

 private:
    /// Where a frame stands, and what the target has there.
    struct Side {
        const char* word;
        bool is_there;
        PartPaths from;
        PartPaths to;
        MemberMover mover;
    };
    [[nodiscard]] Result<void> fit(const Side& side, NeutralFrame& frame) const;
    [[nodiscard]] Result<void> common(const Side& side, NeutralFrame& frame,
                                      const FileFacts& facts) const;

    const Profile& to_;
    Side header_;
    Side trailer_;
};

}  // namespace ffdump
