// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <string>
#include <string_view>

namespace ffdump {
namespace {

using namespace std::string_view_literals;

constexpr std::string_view kLines =
    R"({"id":1,"facen":"AACAPw==","facen_model":"m","meta":{"normalized_id":"a"}})"
    "\n"
    R"({"id":2,"a":{"id":3,"facen":[1,2]},"0":["x"]})"
    "\n";
// {id 1, facen a bin of one float}, then [1, an empty bin].
constexpr std::string_view kMaps =
    "\x82\xA2id\x01\xA5"
    "facen\xC4\x04\0\0\x80\x3F\x92\x01\xC4\0"sv;

}  // namespace

void fuzz_layout_profile(std::string_view input) {
    const Result<Profile> profile = parse_profile(std::string(input), "own.yaml");
    if (!profile) {
        must_hold(profile.error().reason() == Reason::profile_invalid &&
                      profile.error().place().file == "own.yaml",
                  "a mistake in a profile names the file");
        return;
    }
    must_hold(!profile->id.empty() && !profile->facen.empty(), "a profile says where ids are");
    const bool is_json = notation_of(profile->container) == Notation::json;
    const auto source = make_memory_source(is_json ? kLines : kMaps);
    RecordReader reader(*source, *profile, "dump", {});
    RecordBlock block;
    for (Result<bool> more = reader.next(block); more && *more; more = reader.next(block)) {
        must_hold(block.size() <= kLines.size(), "records are bounded by the bytes that they have");
    }
}

}  // namespace ffdump
