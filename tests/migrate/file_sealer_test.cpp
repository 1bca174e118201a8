// SPDX-License-Identifier: Apache-2.0
#include "file_sealer.hpp"

#include "support/file_changes.hpp"
#include "support/hash_of.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <future>
#include <optional>
#include <string>
#include <sys/inotify.h>
#include <vector>

namespace ffdump {
namespace {

const std::string written = "first region|second region";
const IsStopped never = [] { return false; };
std::vector<WrittenRegion> regions() {
    return {{0, 13, hash_of(written.substr(0, 13))},
            {13, written.size(), hash_of(written.substr(13))}};
}

TEST_CASE("sealing states what the disk returns") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const SealedFile sealed =
        read_back(*files, folder.write("a", written), regions(), never).value();
    CHECK(sealed.bytes == written.size());
    CHECK(sealed.sha256 == sha256_hex(written));
}

TEST_CASE("sealing reads files that end on, before and behind a border of its pieces") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    constexpr std::size_t kPiece = 1U << 20U;
    for (const std::size_t size : {kPiece - 1, kPiece, kPiece + 1, (2 * kPiece) + 4096}) {
        CAPTURE(size);
        std::string bytes(size, 'x');
        bytes[size / 2] = 'y';
        const std::size_t border = size / 3;
        const std::vector<WrittenRegion> parts{{0, 0, hash_of("")},
                                               {0, border, hash_of(bytes.substr(0, border))},
                                               {border, border, hash_of("")},
                                               {border, size, hash_of(bytes.substr(border))},
                                               {size, size, hash_of("")}};
        const SealedFile sealed = read_back(*files, folder.write("a", bytes), parts, never).value();
        CHECK(sealed.bytes == size);
        CHECK(sealed.sha256 == sha256_hex(bytes));
    }
    CHECK(read_back(*files, folder.write("a", ""), {}, never).value().sha256 == sha256_hex(""));
}

TEST_CASE("sealing finds every flipped byte, a cut and an addition, and names the region") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    for (std::size_t i = 0; i < written.size(); ++i) {
        std::string damaged = written;
        damaged[i] = static_cast<char>(damaged[i] ^ 1);
        const auto sealed = read_back(*files, folder.write("a", damaged), regions(), never);
        REQUIRE_FALSE(sealed);
        CHECK(sealed.error().reason() == Reason::output_damaged);
        CHECK(sealed.error().place().offset == (i < 13 ? 0U : 13U));
    }
    for (const std::string& other : {written.substr(1), written.substr(0, 20), written + "x"}) {
        CHECK(read_back(*files, folder.write("a", other), regions(), never).error().reason() ==
              Reason::output_damaged);
    }
}

TEST_CASE("the sealer works through its files on its own thread and ends with the rest undone") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.write("a", written);
    std::promise<std::string> sealed;
    FileSealer sealer(*files, [&sealed](std::uint32_t file, Result<SealedFile> result) {
        if (file == 7) {
            sealed.set_value(result ? result->sha256 : result.error().detail());
        }
    });
    sealer.seal(7, path, regions());
    CHECK(sealed.get_future().get() == sha256_hex(written));
}

TEST_CASE("a sealer that is destroyed breaks off the file that it reads, however large that is") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.write("a", "");
    constexpr std::uint64_t kSize = 8ULL << 30U;
    std::filesystem::resize_file(path, kSize);  // sparse; to read it takes many seconds
    const FileChanges readings(path, IN_ACCESS);
    std::optional<Reason> reason;
    {
        FileSealer sealer(*files, [&reason](std::uint32_t /*file*/, Result<SealedFile> result) {
            reason = result ? Reason::internal_error : result.error().reason();
        });
        sealer.seal(0, path, {{0, kSize, hash_of("")}});
        REQUIRE(readings.wait(std::chrono::seconds(30)));
    }
    CHECK(reason == Reason::interrupted);
}

TEST_CASE("a reading back is asked whether to stop at each piece") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string bytes((3U << 20U) + 1, 'x');
    const std::string path = folder.write("a", bytes);
    const std::vector<WrittenRegion> whole{{0, bytes.size(), hash_of(bytes)}};
    for (int most = 0; most < 4; ++most) {
        int asked = 0;
        const IsStopped is_stopped = [&] { return asked++ == most; };
        const Result<SealedFile> sealed = read_back(*files, path, whole, is_stopped);
        REQUIRE_FALSE(sealed);
        CHECK(sealed.error().reason() == Reason::interrupted);
        CHECK(sealed.error().place().file == path);
        asked = 0;
        CHECK(check_regions(*files, path, whole, is_stopped).error().reason() ==
              Reason::interrupted);
    }
}

TEST_CASE("the sealer puts a head in its place, a second time as well, and proves the rest") {
    const ScratchFolder folder;
    const auto files = make_posix_file_system();
    const std::string path = folder.write("a", written);
    std::vector<WrittenRegion> parts = regions();
    parts.front().hash.clear();
    const auto sealed_with = [&](const std::string& head) {
        std::promise<std::string> sealed;
        FileSealer sealer(*files, [&sealed](std::uint32_t /*file*/, Result<SealedFile> result) {
            sealed.set_value(result ? result->sha256 : result.error().detail());
        });
        sealer.seal(0, path, parts, head);
        return sealed.get_future().get();
    };
    const std::string head = "FIRST REGION|";
    for (int i = 0; i < 2; ++i) {
        CHECK(sealed_with(head) == sha256_hex(head + written.substr(13)));
    }
    CHECK(check_regions(*files, path, parts, never).has_value());
    CHECK(sealed_with(head + "!") == "bytes 0 to 13 are not what was written");
}

}  // namespace
}  // namespace ffdump
