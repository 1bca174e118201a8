// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/byte_source.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <limits>
#include <memory>
#include <string>

namespace ffdump {
namespace {

constexpr std::string_view kBytes = "0123456789";

std::string read_all(ByteSource& source, std::size_t chunk) {
    std::string all;
    std::string buffer(chunk, '\0');
    for (;;) {
        const std::size_t got = source.read(buffer).value();
        if (got == 0) {
            return all;
        }
        all.append(buffer, 0, got);
    }
}

/// The same ten bytes as a file or in memory.
class TenBytes {
 public:
    explicit TenBytes(bool in_memory) {
        if (in_memory) {
            source_ = make_memory_source(kBytes);
            return;
        }
        file_ = files_->open_read(folder_.write("ten", kBytes)).value();
        source_ = make_file_source(*file_);
    }
    [[nodiscard]] ByteSource& source() { return *source_; }

 private:
    ScratchFolder folder_;
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> source_;
};

TEST_CASE("a byte source yields its bytes in order whatever is asked for at a time") {
    const bool in_memory = GENERATE(true, false);
    for (std::size_t chunk = 1; chunk <= kBytes.size() + 1; ++chunk) {
        TenBytes ten(in_memory);
        REQUIRE(read_all(ten.source(), chunk) == kBytes);
    }
}

TEST_CASE("a byte source passes over bytes and goes on after them") {
    const bool in_memory = GENERATE(true, false);
    for (std::size_t count = 0; count <= kBytes.size(); ++count) {
        TenBytes ten(in_memory);
        REQUIRE(ten.source().skip(count));
        REQUIRE(read_all(ten.source(), 3) == kBytes.substr(count));
    }
}

TEST_CASE("a byte source that ends before the bytes to pass over has changed") {
    TenBytes ten(GENERATE(true, false));
    std::array<char, 4> four{};
    REQUIRE(ten.source().read(four).value() == 4);
    const Result<void> skipped = ten.source().skip(7);
    REQUIRE_FALSE(skipped);
    CHECK(skipped.error().reason() == Reason::source_changed);
    CHECK(skipped.error().detail() == "it ends at byte 10, byte 11 was wanted");
    CHECK_FALSE(ten.source().skip(std::numeric_limits<std::uint64_t>::max()));
    CHECK(read_all(ten.source(), 8) == "456789");
}

}  // namespace
}  // namespace ffdump
