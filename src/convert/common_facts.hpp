// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "member_meaning.hpp"
#include "neutral_record.hpp"

#include "ffdump/dump/profile.hpp"

#include <cstdint>
#include <optional>

namespace ffdump {

[[nodiscard]] std::optional<SpelledText> model_of(NeutralRecord& record);
[[nodiscard]] bool has_model(NeutralRecord& record, const SpelledText& model);
[[nodiscard]] std::uint64_t dimension_of(NeutralRecord& record);

/// What every record of a file shows, of what its header or trailer may state and the target has
/// no place for.
class CommonFacts {
 public:
    /// `profile`, the source's, must outlive it.
    explicit CommonFacts(const Profile& profile) : profile_(profile) {}

    void note(NeutralRecord& record);

    [[nodiscard]] const std::optional<SpelledText>& model() const noexcept { return model_; }
    [[nodiscard]] const std::optional<std::uint64_t>& dimension() const noexcept {
        return dimension_;
    }

 private:
    const Profile& profile_;
    bool has_any_ = false;
    std::optional<SpelledText> model_;
    std::optional<std::uint64_t> dimension_;
};

}  // namespace ffdump
