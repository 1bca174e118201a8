// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_stream.hpp"

#include "support/dump_reading.hpp"
#include "support/made_archive.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/dump/survey.hpp"

#include <catch2/catch.hpp>
#include <zstd.h>

#include <map>
#include <string>
#include <vector>

namespace ffdump {
namespace {

std::string text_of(std::size_t records, Container container = Container::json_lines) {
    std::vector<std::string> texts;
    for (std::size_t id = 1; id <= records; ++id) {
        texts.push_back(RecordBuilder(id).text());
    }
    return dump_of(texts, container);
}

/// Records by gallery of everything in the stream.
Result<std::map<std::string, std::uint64_t>> counted(const std::string& bytes,
                                                     const std::string& name) {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const auto source = make_memory_source(bytes);
    const std::vector<Profile>& profiles = shipped_profiles();
    Result<DumpStream> stream = DumpStream::open(*source, name, profiles);
    if (!stream) {
        return failed(std::move(stream.error()));
    }
    SurveyOptions options;
    options.temporary_folder = folder.text();
    std::map<std::string, std::uint64_t> records;
    for (;;) {
        Result<const DumpFile*> file = stream->next();
        if (!file) {
            return failed(std::move(file.error()));
        }
        if (*file == nullptr) {
            return records;
        }
        Result<FileSurvey> survey = survey_bytes(*files, **file, stream->bytes(), options, {});
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        records[(*file)->gallery] = survey->records;
    }
}

using Counts = std::map<std::string, std::uint64_t>;

TEST_CASE("a stream that is no archive is one file") {
    CHECK(counted(text_of(3), "a/events.json").value() == Counts{{"events", 3}});
    CHECK(counted(text_of(3000, Container::json_array), "x").value() == Counts{{"x", 3000}});
    CHECK(counted("", "empty.json").value() == Counts{{"empty", 0}});
}

TEST_CASE("the files of an archive are met in its order, whatever it is compressed with") {
    for (const Packing packing : {Packing::plain, Packing::gzip, Packing::zstd}) {
        MadeArchive archive(packing);
        archive.add_folder("dump/")
            .add("dump/events.json", text_of(3000))
            .add("dump/.ffdump/manifest.json", "{}")
            .add("./dump/persons.json", text_of(2, Container::json_array))
            .add(".hidden", "x");
        CHECK(counted(archive.bytes(), "a.tar").value() ==
              Counts{{"events", 3000}, {"persons", 2}});
    }
}

TEST_CASE("a compressed file is read as what it holds") {
    for (const Packing packing : {Packing::gzip, Packing::zstd}) {
        MadeArchive archive(packing, false);
        archive.add("", text_of(7));
        const std::string name = packing == Packing::gzip ? "events.json.gz" : "events.json.zst";
        CHECK(counted(archive.bytes(), name).value() == Counts{{"events", 7}});
    }
}

TEST_CASE("an archive with a link, or with nothing, is refused") {
    MadeArchive linked(Packing::plain);
    linked.add("events.json", text_of(1)).add_link("link.json");
    const Error error = counted(linked.bytes(), "a.tar").error();
    CHECK(error.reason() == Reason::source_unreadable);
    CHECK(error.detail() == "link.json in the archive is neither file nor folder");
    MadeArchive empty(Packing::zstd);
    empty.add_folder("dump/").add("dump/.hidden", "x");
    CHECK(counted(empty.bytes(), "a.tar.zst").error().detail() == "the archive holds no file");
}

TEST_CASE("archives that were joined are read to the last, and what is none is told") {
    MadeArchive one(Packing::plain);
    MadeArchive two(Packing::plain);
    const std::string joined =
        one.add("one.json", text_of(2)).bytes() + two.add("two.json", text_of(3)).bytes();
    CHECK(counted(joined, "a.tar").value() == Counts{{"one", 2}, {"two", 3}});
    const std::string garbage = joined + std::string(512, '\xFF') + std::string(1024, '\0');
    CHECK(counted(garbage, "a.tar").error().reason() == Reason::source_unreadable);
}

TEST_CASE("an archive that is cut off anywhere is never taken for a whole one") {
    for (const Packing packing : {Packing::plain, Packing::gzip, Packing::zstd}) {
        MadeArchive archive(packing);
        archive.add("one.json", text_of(2)).add("two.json", text_of(3));
        const std::string whole = archive.bytes();
        // The zeros at a plain archive's end may be cut: they carry nothing.
        const std::size_t content = packing == Packing::plain
                                        ? ((whole.find_last_not_of('\0') / 512) + 1) * 512
                                        : whole.size() - 1;
        for (std::size_t size = 0; size < content; size += packing == Packing::plain ? 64 : 1) {
            CAPTURE(static_cast<int>(packing), size);
            const auto records = counted(whole.substr(0, size), "a.tar");
            // Nothing at all is an empty file, and a byte of a compressed one is no archive yet.
            CHECK((!records || size == 0));
        }
    }
}

TEST_CASE("a packed archive whose tar was cut between two files is refused") {
    // As when tar was killed and what packs its output was not.
    MadeArchive plain(Packing::plain);
    const std::string whole = plain.add("one.json", text_of(2)).bytes();
    const std::string content = whole.substr(0, ((whole.find_last_not_of('\0') / 512) + 1) * 512);
    const std::size_t most = ZSTD_compressBound(whole.size());
    const auto packed = [most](const std::string& tar) {
        std::string bytes(most, '\0');
        bytes.resize(ZSTD_compress(bytes.data(), most, tar.data(), tar.size(), 1));
        return bytes;
    };
    CHECK(counted(packed(whole), "a.tar.zst").value() == Counts{{"one", 2}});
    CHECK_THAT(counted(packed(content), "a.tar.zst").error().detail(),
               Catch::Contains("cut off between two files"));
}

TEST_CASE("an archive with a flipped byte is read as it was or refused") {
    MadeArchive archive(Packing::zstd);
    archive.add("one.json", text_of(2)).add("two.json", text_of(3));
    const std::string whole = archive.bytes();
    for (std::size_t i = 0; i < whole.size(); ++i) {
        std::string damaged = whole;
        damaged[i] = static_cast<char>(damaged[i] ^ 0x20);
        const auto records = counted(damaged, "a.tar.zst");
        CAPTURE(i);
        CHECK((!records || *records == Counts{{"one", 2}, {"two", 3}}));
    }
}

}  // namespace
}  // namespace ffdump
