// SPDX-License-Identifier: Apache-2.0
#include "json_members.hpp"

#include <catch2/catch.hpp>

#include <string_view>

namespace ffdump {
namespace {

/// The sanitizers and the library's own checks see a search that goes on behind its text.
TEST_CASE("a member is looked for in a text that is cut at any length, and no further") {
    constexpr std::string_view kWhole = R"({"a":{"name":"x y","b":[1],"n":2},"z":"\"","name":7} )";
    const FieldPath path = GENERATE(FieldPath{"a", "name"}, FieldPath{"a", "n"}, FieldPath{"z"},
                                    FieldPath{"name"}, FieldPath{"a", "none"});
    const SearchEnd end = GENERATE(SearchEnd::first_found, SearchEnd::end_of_text);
    const MemberPlace whole = find_member(kWhole, 0, path, end);
    for (std::size_t size = 0; size < kWhole.size(); ++size) {
        CAPTURE(size);
        const MemberPlace cut = find_member(kWhole.substr(0, size), 0, path, end);
        const bool is_same = cut.kind == whole.kind && cut.at == whole.at;
        CHECK((is_same || cut.kind == MemberPlace::Kind::incomplete));
    }
}

}  // namespace
}  // namespace ffdump
