// SPDX-License-Identifier: Apache-2.0
#include "journal_fixture.hpp"
#include "sample_events.hpp"

#include "ffdump/io/byte_source.hpp"
#include "ffdump/journal/failures.hpp"
#include "ffdump/journal/time_line.hpp"

#include <catch2/catch.hpp>
#include <fmt/format.h>

#include <string>
#include <vector>

namespace ffdump {
namespace {

/// The fenced block of a page that begins with ```<mark>.
std::string example(const std::string& page, const std::string& mark) {
    const std::string text = file_bytes(std::string(FFDUMP_SOURCE_DIR) + "/formats/" + page);
    const std::size_t fence = text.find("```" + mark + "\n");
    REQUIRE(fence != std::string::npos);
    const std::size_t begin = text.find('\n', fence) + 1;
    return text.substr(begin, text.find("```", begin) - begin);
}

/// As `hexdump -C` prints it, without its repetition marks.
std::string hex_dump(std::string_view bytes) {
    std::string out;
    for (std::size_t at = 0; at < bytes.size(); at += 16) {
        const std::string_view row = bytes.substr(at, 16);
        out += fmt::format("{:08x} ", at);
        std::string text;
        for (std::size_t i = 0; i < 16; ++i) {
            out += i == 8 ? " " : "";
            out +=
                i < row.size() ? fmt::format(" {:02x}", static_cast<unsigned char>(row[i])) : "   ";
            if (i < row.size()) {
                text += row[i] >= 0x20 && row[i] < 0x7F ? row[i] : '.';
            }
        }
        out += fmt::format("  |{}|\n", text);
    }
    return out + fmt::format("{:08x}\n", bytes.size());
}

TEST_CASE_METHOD(JournalFixture, "the example in formats/journal.md is what the writer writes") {
    const auto journal = Journal::create(*files, path, kRun).value();
    REQUIRE(journal->append(JournalType::file_renamed, encode(FileRenamed{0})));
    REQUIRE(journal->sync());
    REQUIRE(journal->append(JournalType::run_end, ""));
    REQUIRE(journal->sync());
    CHECK(hex_dump(bytes()) == example("journal.md", "hexdump"));
}

TEST_CASE("the example in formats/timeline.md is read and written again as it stands") {
    const std::string text = example("timeline.md", "json");
    const Result<TimeLine> line = parse_time_line(text);
    REQUIRE(line);
    CHECK(line->stretches.at(0).steps.size() == 2);
    CHECK(time_line_text(*line) == text);
}

TEST_CASE("the example in formats/failures.md is read and written again as it stands") {
    const std::string list = example("failures.md", "jsonl");
    const auto source = make_memory_source(list);
    FailureReader reader(*source, "failures.jsonl", 1U << 20U);
    std::string again;
    std::vector<FailureEntry> entries;
    while (std::optional<FailureEntry> entry = reader.next().value()) {
        again += failure_line(*entry);
        entries.push_back(std::move(*entry));
    }
    CHECK(again == list);
    REQUIRE(entries.size() == 3);
    CHECK(entries[0].id == RecordId{18446744073709551615U});
    CHECK_FALSE(entries[1].id);
    CHECK(entries[2].record.find('\xFF') != std::string::npos);
}

TEST_CASE("the example in formats/manifest.md is read and written again as it stands") {
    const std::string text = example("manifest.md", "json");
    const Result<Manifest> manifest = parse_manifest(text);
    REQUIRE(manifest);
    CHECK(manifest_text(*manifest) == text);
}

}  // namespace
}  // namespace ffdump
