// SPDX-License-Identifier: Apache-2.0
#include "tar_header.hpp"

#include <catch2/catch.hpp>

#include <archive.h>
#include <archive_entry.h>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {
namespace {

struct Seen {
    std::string path;
    la_int64_t bytes = 0;
    unsigned kind = 0;
    unsigned mode = 0;
    la_int64_t owner = 0;
    la_int64_t time = 0;
};

/// What libarchive reads in a header of ours.
Seen seen_by_libarchive(const std::string& header) {
    archive* const reader = archive_read_new();
    archive_read_support_format_tar(reader);
    REQUIRE(archive_read_open_memory(reader, header.data(), header.size()) == ARCHIVE_OK);
    archive_entry* entry = nullptr;
    REQUIRE(archive_read_next_header(reader, &entry) == ARCHIVE_OK);
    Seen seen{archive_entry_pathname(entry), archive_entry_size(entry),
              archive_entry_filetype(entry), archive_entry_perm(entry),
              archive_entry_uid(entry),      archive_entry_mtime(entry)};
    archive_read_free(reader);
    return seen;
}

TEST_CASE("a tar header says name and size, of any length, and nothing of the machine") {
    const std::string name = GENERATE(std::string("a.json"), std::string(100, 'n'),
                                      std::string(101, 'n'), std::string(255, 'n'));
    const std::uint64_t bytes =
        GENERATE(0U, 1U, 511U, 8589934591U, 8589934592U, 1'000'000'000'000U);
    CAPTURE(name, bytes);
    const std::string header = tar_header(name, bytes);
    CHECK(header.size() % kTarBlockBytes == 0);
    const Seen seen = seen_by_libarchive(header);
    CHECK(seen.path == name);
    CHECK(seen.bytes == static_cast<la_int64_t>(bytes));
    CHECK(seen.kind == AE_IFREG);
    CHECK(seen.mode == 0600);
    CHECK(seen.owner == 0);
    CHECK(seen.time == 315532800);
}

TEST_CASE("the size is read from a header that is ours in every byte, and from no other") {
    const std::string header = tar_header("a.json", 1234);
    CHECK(size_in_tar_header(header, "a.json") == 1234U);
    CHECK_FALSE(size_in_tar_header(header, "b.json"));
    for (std::size_t i = 0; i < header.size(); ++i) {
        std::string changed = header;
        changed[i] ^= 1;
        CAPTURE(i);
        CHECK_FALSE(size_in_tar_header(changed, "a.json"));
    }
}

TEST_CASE("a header is read back without the manifest, whatever its name and size, and no other") {
    const std::string name = GENERATE(std::string("a.json"), std::string(100, 'n'),
                                      std::string(101, 'n'), std::string(255, 'n'));
    const std::uint64_t bytes = GENERATE(0U, 511U, 8589934591U, 8589934592U, 1'000'000'000'000U);
    const std::string text = tar_header(name, bytes);
    CHECK(text.size() <= kMostTarHeaderBytes);
    const std::optional<TarHeader> header = read_tar_header(text + "content");
    REQUIRE(header);
    CHECK(header->path == name);
    CHECK(header->bytes == bytes);
    CHECK(header->text == text);
    for (std::size_t i = 0; i < text.size(); ++i) {
        std::string changed = text;
        changed[i] ^= 1;
        CAPTURE(name, bytes, i);
        const std::optional<TarHeader> other = read_tar_header(changed);
        CHECK((!other || other->text == changed));
        CHECK_FALSE(read_tar_header(std::string_view(text).substr(0, i)));
    }
}

}  // namespace
}  // namespace ffdump
