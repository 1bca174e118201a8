// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <functional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// One member of a JSON object as it stands in the object's text. The bytes of an object are `{`,
/// the members with a comma between each two, and `}`; of a member: before, `"`, key, `"`, colon,
/// value, behind. The views are of that text.
struct JsonMember {
    std::string_view before;  ///< white space before the key
    std::string_view key;     ///< between the quotes, escapes as they stand
    std::string_view colon;   ///< from behind the key to the value
    std::string_view value;
    std::string_view behind;  ///< white space up to the comma or bracket
};

/// Calls `visit` for each member of a JSON object in order, as split_object() splits them, without
/// keeping any. False when `object` is no object or something follows it.
[[nodiscard]] bool visit_members(std::string_view object,
                                 const std::function<void(const JsonMember&)>& visit);

/// The members of a JSON object that has been proved to be one (RecordReader does that), in order;
/// `blank` gets the white space of an empty one. False, with `members` in no particular state, when
/// `object` is no object or something follows it. At memchr's speed; no proof of what the values
/// are.
[[nodiscard]] bool split_object(std::string_view object, std::vector<JsonMember>& members,
                                std::string_view& blank);

/// Whether the text between a key's quotes means `key`, whatever its escapes.
[[nodiscard]] bool is_json_key(std::string_view text, std::string_view key);

}  // namespace ffdump
