// SPDX-License-Identifier: Apache-2.0
#include "sample_events.hpp"

#include "ffdump/io/sha256.hpp"
#include "ffdump/journal/manifest.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

std::string problem(std::string_view text) {
    const Result<Manifest> parsed = parse_manifest(text);
    REQUIRE_FALSE(parsed);
    CHECK(parsed.error().reason() == Reason::manifest_invalid);
    return parsed.error().detail();
}

/// What stands before the checksum line.
std::string body(const std::string& text) {
    return text.substr(0, text.rfind('\n', text.size() - 2) + 1);
}

/// A right checksum under whatever stands there, as an enemy or a bug of ours would put it.
std::string sealed(const std::string& before) {
    return before + R"("manifest_sha256": ")" + sha256_hex(before) + "\"}\n";
}

std::string replaced(std::string text, const std::string& from, const std::string& to) {
    const std::size_t at = text.find(from);
    INFO("to be replaced: " << from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
}

TEST_CASE("no flipped bit of a manifest goes unseen") {
    const std::string text = manifest_text(sample_manifest());
    for (std::size_t bit = 0; bit < text.size() * 8; ++bit) {
        std::string damaged = text;
        damaged[bit / 8] = static_cast<char>(damaged[bit / 8] ^ (1 << (bit % 8)));
        const Result<Manifest> parsed = parse_manifest(damaged);
        if (parsed || parsed.error().reason() != Reason::manifest_invalid) {
            FAIL("bit " << bit % 8 << " of byte " << bit / 8);
        }
    }
}

TEST_CASE("no cut and no addition to a manifest goes unseen") {
    const std::string text = manifest_text(sample_manifest());
    for (std::size_t length = 0; length < text.size(); ++length) {
        if (parse_manifest(std::string_view(text).substr(0, length))) {
            FAIL("cut at " << length);
        }
    }
    for (const char* more : {"\n", " ", "{}", "}", "\r\n"}) {
        CHECK_FALSE(parse_manifest(text + more));
        CHECK_FALSE(parse_manifest(more + text));
    }
    CHECK_FALSE(parse_manifest(text + text));
}

TEST_CASE("a manifest whose checksum line is not as it must be is refused") {
    const std::string text = manifest_text(sample_manifest());
    CHECK(problem("") == "it does not end with a newline: it is torn");
    CHECK(problem("\n") == "its last line is not its checksum");
    CHECK(problem(text.substr(0, text.size() - 1)) == "it does not end with a newline: it is torn");
    CHECK(problem(body(text)) == "its last line is not its checksum");
    CHECK(problem(text + "\n") == "its last line is not its checksum");
    CHECK(problem(replaced(text, "12345", "12346")) == "it does not match its own checksum");
    std::string upper = text;
    for (char& c : upper) {
        if (&c >= upper.data() + body(text).size()) {
            c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
        }
    }
    CHECK(problem(upper) == "its last line is not its checksum");
}

TEST_CASE("a manifest that is malformed under a right checksum is refused with its words") {
    const std::string good = body(manifest_text(sample_manifest()));
    REQUIRE(parse_manifest(sealed(good)));
    const std::string run = R"("run_id": "0123456789abcdef0123456789abcdef",)";
    const auto [from, to, words] = GENERATE_COPY(table<std::string, std::string, std::string>({
        {"{\"ffdump_manifest\"", "[\"ffdump_manifest\"", "it is not JSON"},
        {"\"ffdump_manifest\": 1", "\"ffdump_manifest\": 2",
         "ffdump_manifest is 2, this ffdump reads version 1"},
        {"\"ffdump_manifest\": 1", "\"ffdump_manifest\": \"1\"",
         "ffdump_manifest is not a whole number"},
        {"\"ffdump_manifest\": 1,\n", "", "ffdump_manifest is missing"},
        {run, run + run, "it names the key run_id twice"},
        {run, "", "run_id is missing"},
        {run, run + "\"note\": 1,", "note is not a field that this ffdump knows"},
        {"89abcdef\"", "89abcdeF\"", "run_id is not 32 hex digits"},
        {"\"sequence\": 1", "\"sequence\": 0", "sequence is 0"},
        {"\"sequence\": 1", "\"sequence\": -1", "sequence is not a whole number"},
        {"\"sequence\": 1", "\"sequence\": 1.0", "sequence is not a whole number"},
        {"\"sequence\": 1", "\"sequence\": 9007199254740993", "sequence is over 2^53"},
        {"\"sequence\": 1", "\"sequence\": 99999999999999999999", "sequence is not a whole number"},
        {"\"parent_run\": \"\"", "\"parent_run\": \"x\"", "parent_run is not 32 hex digits"},
        {"2026-11-24T08", "2026-11-24 08", "started is not a UTC time"},
        {"09:02:10.004Z", "09:02:10.Z", "ended is not a UTC time"},
        {"\"batch\":\"8\"", "\"batch\":\"9\"", "settings_sha256 is not that of the settings"},
        {"\"batch\":\"8\"", "\"batch\":8", "settings.batch is not a text"},
        {"[\"--skip-bad-records\"]", "\"--skip-bad-records\"", "opt_outs is not a list"},
        {"[\"--skip-bad-records\"]", "[1]", "opt_outs is not a list of texts"},
        {"\"extraction\": \"", "\"extraction\": null, \"x\": \"", "extraction is not a text"},
        {"\"files\": [", "\"files\": [1,", "files[0] is not an object"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"../a.json\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"/a.json\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"a/b.json\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"..\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\".ffdump\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"a\\u0000.json\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"" + std::string(256, 'a') + "\"",
         "files[0].name is not a safe file name"},
        {"\"name\":\"ffsec_face_events.json\"", "\"name\":\"a\xFF\"", "it is not JSON"},
        {"ffsec_face_events_2.json", "ffsec_face_events.json", "files[1].name stands there twice"},
        {"ffsec_face_events_2.json", "a.json", "files[1].name is not in the order of the names"},
        {"\"action\":\"migrate\"", "\"action\":\"keep\"",
         "files[0].action is neither migrate nor copy nor drop"},
        {"\"action\":\"migrate\"", "\"action\":\"drop\"",
         "files[0].target is not a field that this ffdump knows"},
        {"\"action\":\"drop\"", "\"action\":\"copy\"", "files[2].target is missing"},
        {std::string(64, 'a'), std::string(63, 'a'),
         "files[0].profile_sha256 is not 64 hex digits"},
        {std::string(32, 'b'), std::string(32, 'g'),
         "files[0].source.xxh3_128 is not 32 hex digits"},
        {"\"bytes\":12345", "\"bytes\":\"12345\"", "files[0].source.bytes is not a whole number"},
        {std::string(64, 'c'), "", "files[0].target.sha256 is not 64 hex digits"},
        {"\"count\":6", "\"count\":7", "galleries is not what follows from the files"},
        {"\"ids\":\"0", "\"ids\":\"1", "galleries is not what follows from the files"},
        {"{\"image_missing\":1", "{\"image_missing\":2",
         "files[0].records.failed_by_reason adds up to 3 and not to 2"},
        {"{\"image_missing\":1", "{\"bad_luck\":1",
         "files[0].records.failed_by_reason names a reason that this ffdump does not know"},
        {"\"norm_min\":0.99999988", "\"norm_min\":\"0.99999988\"",
         "files[0].records.norm_min is not a number"},
        {"\"files\":2", "\"files\":3", "galleries is not what follows from the files"},
        {"\"records\":4", "\"records\":5",
         "failures.records is 5, the files have 4 failed records"},
        {"\"no_face\":2", "\"no_face\":3", "failures.by_reason adds up to 5 and not to 4"},
        {"\"gallery\":\"ffsec_persons\",\"count\":true",
         "\"gallery\":\"ffsec_persons\",\"count\":false", "law is not what follows from the files"},
        {"\"not_proven\": [", "\"not_proven\": [1, ", "not_proven is not a list of texts"},
        {"\"old_model\":\"", "\"deep\":[[[[[1]]]]],\"old_model\":\"",
         "it is nested deeper than 5 levels"},
    }));
    CHECK(problem(sealed(replaced(good, from, to))) == words);
}

TEST_CASE("a mistake in the JSON of a manifest has its byte offset") {
    const std::string text = sealed("{\"a\": x,\n");
    CHECK(parse_manifest(text).error().place().offset == 6);
}

}  // namespace
}  // namespace ffdump
