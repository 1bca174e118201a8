// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/failures.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <limits>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kMostLine = 16U << 20U;

FailureEntry sample(std::string record) {
    FailureEntry entry;
    entry.file = "a.json";
    entry.gallery = "a";
    entry.ordinal = 3;
    entry.id = RecordId{7};
    entry.reason = Reason::image_missing;
    entry.detail = "HTTP 404";
    entry.attempts = 2;
    entry.record = std::move(record);
    return entry;
}

/// All entries of a list, or the first error.
Result<std::vector<FailureEntry>> read(std::string_view text, std::size_t most = kMostLine) {
    const auto source = make_memory_source(text);
    FailureReader reader(*source, "failures.jsonl", most);
    std::vector<FailureEntry> entries;
    for (;;) {
        Result<std::optional<FailureEntry>> entry = reader.next();
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (!*entry) {
            return entries;
        }
        entries.push_back(std::move(**entry));
    }
}

void check_equal(const FailureEntry& a, const FailureEntry& b) {
    CHECK(a.file == b.file);
    CHECK(a.gallery == b.gallery);
    CHECK(a.ordinal == b.ordinal);
    CHECK(a.id == b.id);
    CHECK(a.reason == b.reason);
    CHECK(a.detail == b.detail);
    CHECK(a.attempts == b.attempts);
    CHECK((a.record == b.record));
}

TEST_CASE("a failed record is one line of JSON with everything about it") {
    CHECK(failure_line(sample(R"({"id":7})")) ==
          R"({"file":"a.json","gallery":"a","ordinal":3,"id":"7","reason":"image_missing",)"
          R"("detail":"HTTP 404","attempts":2,"record":"{\"id\":7}"})"
          "\n");
}

TEST_CASE("any record comes back from the failures list byte for byte") {
    std::string all_bytes;
    for (int i = 0; i < 256; ++i) {
        all_bytes += static_cast<char>(i);
    }
    const std::vector<std::string> records{"",
                                           std::string("\0", 1),
                                           std::string("{\"a\":\"\0\"}", 9),
                                           R"("\"\\\/")",
                                           "\r\n\t\b\f\x1b[2J\x7f",
                                           "\xE2\x80\xA8\xE2\x80\xA9\xC2\x85",
                                           "\xD0\xAF, \xF0\x9F\x98\x80",
                                           R"("\ud800")",
                                           "\xED\xA0\x80",
                                           "\xC0\xAF",
                                           "\xFF",
                                           "cut in a letter: \xD0",
                                           all_bytes,
                                           std::string(1U << 20U, 'x'),
                                           std::string(1U << 20U, '\xFE'),
                                           std::string(1U << 20U, '"')};
    std::string list;
    for (const std::string& record : records) {
        const std::string line = failure_line(sample(record));
        CHECK(line.find('\n') == line.size() - 1);
        list += line;
    }
    const std::vector<FailureEntry> entries = read(list).value();
    REQUIRE(entries.size() == records.size());
    for (std::size_t i = 0; i < records.size(); ++i) {
        INFO("record " << i);
        check_equal(entries[i], sample(records[i]));
    }
}

TEST_CASE("a record that is UTF-8 stands as text, another as base64") {
    CHECK(failure_line(sample("\xD0\xAF")).find("\"record\":\"\xD0\xAF\"}") != std::string::npos);
    CHECK(failure_line(sample("\xFF\xFF")).find("\"record_b64\":\"//8=\"}") != std::string::npos);
}

TEST_CASE("ids pass 2^53 and a bad record has none") {
    FailureEntry entry = sample("x");
    for (const std::uint64_t id : {std::uint64_t{0}, (std::uint64_t{1} << 53U) + 1,
                                   std::numeric_limits<std::uint64_t>::max()}) {
        entry.id = RecordId{id};
        const std::string line = failure_line(entry);
        CHECK(line.find("\"id\":\"" + std::to_string(id) + "\"") != std::string::npos);
        check_equal(read(line).value().at(0), entry);
    }
    entry.id.reset();
    entry.reason = Reason::record_malformed;
    CHECK(failure_line(entry).find("\"id\"") == std::string::npos);
    check_equal(read(failure_line(entry)).value().at(0), entry);
}

TEST_CASE("an empty failures list holds nothing") {
    CHECK(read("").value().empty());
}

TEST_CASE("a failures list cut inside a line is torn at that line") {
    const std::string first = failure_line(sample("one"));
    const std::string list = first + failure_line(sample("two"));
    for (std::size_t length = 0; length <= list.size(); ++length) {
        INFO("cut at " << length);
        const auto entries = read(std::string_view(list).substr(0, length));
        if (length == 0 || length == first.size() || length == list.size()) {
            REQUIRE(entries);
            continue;
        }
        REQUIRE_FALSE(entries);
        REQUIRE(entries.error().detail() == "the last line has no newline: it is torn");
        REQUIRE(entries.error().place().line == (length < first.size() ? 1 : 2));
        REQUIRE(entries.error().place().offset == (length < first.size() ? 0 : first.size()));
    }
}

TEST_CASE("a line over the limit is refused before it is held") {
    const std::string line = failure_line(sample(std::string(300'000, 'x')));
    CHECK(read(line, line.size() - 1).value().size() == 1);
    const auto refused = read(line, line.size() - 2);
    REQUIRE_FALSE(refused);
    CHECK(refused.error().reason() == Reason::failures_differ);
    CHECK(refused.error().detail() ==
          "the line has more than " + std::to_string(line.size() - 2) + " bytes");
}

TEST_CASE("a malformed line is refused with its words, line and offset") {
    const std::string good = failure_line(sample("x"));
    const auto [line, words] = GENERATE(table<std::string, std::string>({
        {"", "the line is not JSON"},
        {"not JSON: a secret", "the line is not JSON"},
        {"[]", "the document is not an object"},
        {R"({"file":"a","file":"b"})", "the line names the key file twice"},
        {R"({"file":{"a":1}})", "the line is nested deeper than 1 levels"},
        {R"({"gallery":"a"})", "file is missing"},
        {R"({"file":1})", "file is not a text"},
        {R"({"file":"a","gallery":"a","ordinal":"3"})", "ordinal is not a whole number"},
        {R"({"file":"a","gallery":"a","ordinal":-3})", "ordinal is not a whole number"},
        {R"({"file":"a","gallery":"a","ordinal":3.0})", "ordinal is not a whole number"},
        {R"({"file":"a","gallery":"a","ordinal":9007199254740993})", "ordinal is over 2^53"},
        {R"({"file":"a","gallery":"a","ordinal":3,"id":7})", "id is not a text"},
        {R"({"file":"a","gallery":"a","ordinal":3,"id":""})",
         "id is not a decimal number of 64 bits"},
        {R"({"file":"a","gallery":"a","ordinal":3,"id":"07"})",
         "id is not a decimal number of 64 bits"},
        {R"({"file":"a","gallery":"a","ordinal":3,"id":"+7"})",
         "id is not a decimal number of 64 bits"},
        {R"({"file":"a","gallery":"a","ordinal":3,"id":"18446744073709551616"})",
         "id is not a decimal number of 64 bits"},
        {R"({"file":"a","gallery":"a","ordinal":3})", "reason is missing"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"bad_luck"})",
         "reason is not a reason that this ffdump knows"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"",)"
         R"("attempts":4294967296})",
         "attempts is too large"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"","attempts":1})",
         "record is missing"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"","attempts":1,)"
         R"("record_b64":"//8"})",
         "record_b64 is not base64"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"","attempts":1,)"
         R"("record_b64":"YQ=="})",
         "record_b64 holds a record that is UTF-8 and belongs into record"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"","attempts":1,)"
         R"("record":"a","record_b64":"//8="})",
         "record is not a field that this ffdump knows"},
        {R"({"file":"a","gallery":"a","ordinal":3,"reason":"no_face","detail":"","attempts":1,)"
         R"("record":"a","note":"x"})",
         "note is not a field that this ffdump knows"},
    }));
    std::string list = good;
    list += line + "\n" + good;
    const auto entries = read(list);
    REQUIRE_FALSE(entries);
    CHECK(entries.error().reason() == Reason::failures_differ);
    CHECK(entries.error().detail() == words);
    CHECK(entries.error().place_text() ==
          "failures.jsonl:2 (byte " + std::to_string(good.size()) + ")");
}

TEST_CASE("failures are read from a file in pieces") {
    const ScratchFolder folder;
    std::string list;
    for (int i = 0; i < 200; ++i) {
        list += failure_line(sample(std::string(static_cast<std::size_t>(i) * 31, 'x')));
    }
    const auto files = make_posix_file_system();
    const auto file = files->open_read(folder.write("list", list)).value();
    const auto source = make_file_source(*file);
    FailureReader reader(*source, "list", kMostLine);
    for (std::size_t i = 0; i < 200; ++i) {
        REQUIRE(reader.next().value()->record.size() == i * 31);
    }
    CHECK_FALSE(reader.next().value());
    CHECK_FALSE(reader.next().value());
}

}  // namespace
}  // namespace ffdump
