// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"
#include "value_translation.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"

#include <string>

namespace ffdump {

/// Writes keys and values of members as a layout spells them: those of its own notation as they
/// stand. Errors have no place; their texts begin with the keys on the way: "meta.x: ...". One
/// thread.
class MemberSpelling {
 public:
    /// `target` must outlive it.
    explicit MemberSpelling(const Profile& target)
        : encoding_(target.facen_encoding),
          is_json_(notation_of(target.container) == Notation::json),
          translation_(notation_of(target.container)) {}

    /// In JSON with its quotes.
    [[nodiscard]] Result<void> key(std::string& out, const NeutralMember& member) const;
    /// Of a member that is not open; `from` is how facens are spelled.
    [[nodiscard]] Result<void> value(std::string& out, const NeutralMember& member,
                                     const FacenEncoding& from) const;

 private:
    [[nodiscard]] Result<void> facen(std::string& out, const NeutralMember& member,
                                     const FacenEncoding& from) const;

    const FacenEncoding& encoding_;
    bool is_json_;
    ValueTranslation translation_;
};

/// An error about something in an open member.
[[nodiscard]] Error within(const NeutralMember& member, const Error& error);
/// An error about a member of a record, header or trailer, in words: "field meta.x: ...".
[[nodiscard]] Error about_field(const Error& error);

}  // namespace ffdump
