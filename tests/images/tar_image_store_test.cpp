// SPDX-License-Identifier: Apache-2.0
#include "image_bytes.hpp"
#include "image_waiter.hpp"
#include "support/child_process.hpp"
#include "support/program_path.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/images/image_store.hpp"

#include <catch2/catch.hpp>
#include <zstd.h>

namespace ffdump {
namespace {

const std::string kCyrillic = "\xD0\xB6\xD0\xBE.png";

/// A folder of uploads and GNU tar to pack it.
class Archive {
 public:
    Archive() {
        folder.write("up/uploads/1_a.png", face_png(1));
        folder.write("up/uploads/2018/07/b.jpeg", jpeg_bytes());
        folder.write("up/uploads/" + kCyrillic, face_png(2));
        folder.write("up/uploads/" + std::string(150, 'n') + ".png", face_png(3));
        folder.write("up/uploads/video.mp4", std::string(5000, 'v'));
        folder.write("up/uploads/page.png", "<html>");
    }
    /// Packs up/uploads as `name`, with the options of tar before it.
    void pack(const std::string& name, std::vector<std::string> options) {
        options.insert(options.end(), {"-C", folder.at("up"), "-cf", folder.at(name), "uploads"});
        run(program_path("tar"), options);
        settings.storage.type = StorageType::tar;
        settings.storage.tar.path = folder.at(name);
    }
    static void run(const std::string& program, const std::vector<std::string>& arguments) {
        ChildProcess child({program, arguments, {}, {}, {}});
        const auto end = child.wait();
        if (!end || end->code != 0) {
            throw std::runtime_error(program + ": " + child.err());
        }
    }
    /// Packs uploads.tar in frames of `frame` bytes with a table at the end.
    void pack_seekable(std::size_t frame, bool with_checksums) {
        pack("plain.tar", {});
        const std::string plain = file_bytes(folder.at("plain.tar"));
        std::string out;
        std::string table;
        for (std::size_t at = 0; at < plain.size(); at += frame) {
            const std::string piece = plain.substr(at, frame);
            std::string packed(ZSTD_compressBound(piece.size()), '\0');
            packed.resize(
                ZSTD_compress(packed.data(), packed.size(), piece.data(), piece.size(), 3));
            out += packed;
            table += word(packed.size()) + word(piece.size());
            table += with_checksums ? word(0) : "";
        }
        const std::size_t frames = table.size() / (with_checksums ? 12 : 8);
        table += word(frames) + (with_checksums ? '\x80' : '\0') + word(0x8F92EAB1U);
        folder.write("uploads.tar.zst", out + word(0x184D2A5EU) + word(table.size()) + table);
        settings.storage.tar.path = folder.at("uploads.tar.zst");
    }
    [[nodiscard]] std::unique_ptr<ImageStore> open(const MakingProgress& progress = {}) {
        Result<std::unique_ptr<ImageStore>> store =
            make_image_store(settings, *transport_, *files_, progress);
        if (!store) {
            throw std::runtime_error(store.error().one_line());
        }
        return std::move(*store);
    }
    void check_whole() {
        const auto store = open();
        CHECK((*fetch_image(*store, "1_a.png").value().bytes == face_png(1)));
        CHECK(fetch_image(*store, "2018/07/b.jpeg").value().kind == ImageKind::jpeg);
        CHECK((*fetch_image(*store, kCyrillic).value().bytes == face_png(2)));
        CHECK((*fetch_image(*store, std::string(150, 'n') + ".png").value().bytes == face_png(3)));
        CHECK(check_presence(*store, "1_a.png").has_value());
        const Result<Image> gone = fetch_image(*store, "gone.png");
        REQUIRE_FALSE(gone);
        CHECK(gone.error().reason() == Reason::image_missing);
        CHECK(fetch_image(*store, "../uploads/1_a.png").error().reason() ==
              Reason::image_id_invalid);
    }
    [[nodiscard]] bool has(const std::string& name) const {
        return std::filesystem::exists(folder.at(name));
    }

    ScratchFolder folder;
    Settings settings;

 private:
    static std::string word(std::size_t value) {
        std::string text;
        for (unsigned shift = 0; shift < 32; shift += 8) {
            text += static_cast<char>((value >> shift) & 0xFFU);
        }
        return text;
    }

    std::unique_ptr<HttpTransport> transport_ = make_curl_transport({});
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
};

TEST_CASE("images come from a plain tar of either kind, by an index beside it") {
    Archive archive;
    archive.pack("uploads.tar", {GENERATE("--format=gnu", "--format=pax")});
    archive.check_whole();
    CHECK(archive.has("uploads.tar.ffdump-index"));
    CHECK_FALSE(archive.has("uploads.tar.images.tar"));
    CHECK(fetch_image(*archive.open(), "page.png").error().reason() == Reason::image_unreadable);
}

TEST_CASE("images come from a packed tar after one pass, which is not done again") {
    Archive archive;
    archive.pack("uploads.packed", {GENERATE("--gzip", "--zstd", "--xz", "--bzip2")});
    archive.check_whole();
    CHECK(archive.has("uploads.packed.images.tar"));
    std::size_t steps = 0;
    const auto again = archive.open([&steps](std::uint64_t, std::uint64_t) {
        ++steps;
        return true;
    });
    CHECK(steps == 0);
    CHECK(fetch_image(*again, "1_a.png").has_value());
    CHECK(fetch_image(*again, "video.mp4").error().reason() == Reason::image_missing);
}

TEST_CASE("a pass over a packed tar can be stopped and leaves nothing behind") {
    Archive archive;
    archive.pack("uploads.tar.gz", {"--gzip"});
    CHECK_THROWS_WITH(archive.open([](std::uint64_t, std::uint64_t) { return false; }),
                      Catch::Contains("interrupted"));
    CHECK_FALSE(archive.has("uploads.tar.gz.images.tar"));
    CHECK_FALSE(archive.has("uploads.tar.gz.images.tar.part"));
}

TEST_CASE("images come from seekable zstd without unpacking it") {
    Archive archive;
    archive.pack_seekable(GENERATE(1000, 4096, 1000000), GENERATE(false, true));
    archive.check_whole();
    CHECK(archive.has("uploads.tar.zst.ffdump-index"));
    CHECK_FALSE(archive.has("uploads.tar.zst.images.tar"));
}

TEST_CASE("a seekable zstd whose table lies is read as any other zstd, or refused") {
    Archive archive;
    archive.pack_seekable(4096, false);
    const std::string whole = file_bytes(archive.folder.at("uploads.tar.zst"));
    for (std::size_t back = 1; back <= 40; ++back) {
        INFO(back);
        std::string bytes = whole;
        bytes[bytes.size() - back] = static_cast<char>(bytes[bytes.size() - back] ^ 0x55);
        archive.folder.write("uploads.tar.zst", bytes);
        try {
            const Result<Image> image = fetch_image(*archive.open(), "1_a.png");
            CHECK((!image || *image->bytes == face_png(1)));
        } catch (const std::runtime_error& e) {
            CHECK_THAT(e.what(), Catch::Contains("storage_unreadable"));
        }
        std::filesystem::remove(archive.folder.at("uploads.tar.zst.ffdump-index"));
        std::filesystem::remove(archive.folder.at("uploads.tar.zst.images.tar"));
        std::filesystem::remove(archive.folder.at("uploads.tar.zst.images.tar.ffdump-index"));
    }
}

TEST_CASE("a tar that was made anew gets a new index, a damaged index is made anew") {
    Archive archive;
    archive.pack("uploads.tar", {});
    CHECK(fetch_image(*archive.open(), "1_a.png").has_value());
    archive.folder.write("up/uploads/0_new.png", face_png(9));
    archive.pack("uploads.tar", {});
    CHECK((*fetch_image(*archive.open(), "0_new.png").value().bytes == face_png(9)));
    archive.folder.write("uploads.tar.ffdump-index", "cut");
    CHECK((*fetch_image(*archive.open(), "1_a.png").value().bytes == face_png(1)));
}

TEST_CASE("of a file that was appended again the last one counts") {
    Archive archive;
    archive.pack("uploads.tar", {});
    archive.folder.write("up/uploads/1_a.png", face_png(7));
    Archive::run(program_path("tar"), {"-C", archive.folder.at("up"), "-rf",
                                       archive.folder.at("uploads.tar"), "uploads/1_a.png"});
    CHECK((*fetch_image(*archive.open(), "1_a.png").value().bytes == face_png(7)));
}

TEST_CASE("index and images go into the cache folder when one is named") {
    Archive archive;
    archive.pack("uploads.tar.gz", {"--gzip"});
    archive.settings.storage.tar.cache = archive.folder.at("cache/deep");
    archive.check_whole();
    CHECK(archive.has("cache/deep/uploads.tar.gz.images.tar"));
    CHECK_FALSE(archive.has("uploads.tar.gz.images.tar"));
}

TEST_CASE("a link in a tar leads nowhere") {
    Archive archive;
    std::filesystem::create_symlink("/etc/passwd", archive.folder.at("up/uploads/link.png"));
    archive.pack("uploads.tar", {});
    CHECK(fetch_image(*archive.open(), "link.png").error().reason() == Reason::image_missing);
}

TEST_CASE("a packing that is not read is named, with what to do instead") {
    Archive archive;
    archive.settings.storage.type = StorageType::tar;
    archive.settings.storage.tar.path = archive.folder.at("uploads");
    using namespace std::string_literals;
    const std::map<std::string, std::string> magics{
        {"lz4", "\x04\x22\x4D\x18"s}, {"lzip", "LZIP"s},      {"compress", "\x1F\x9D"s},
        {"lzma", "\x5D\x00\x00"s},    {"zip", "PK\x03\x04"s}, {"7z", "7z\xBC\xAF"s}};
    for (const auto& [name, magic] : magics) {
        archive.folder.write("uploads", magic + "more of it");
        CHECK_THROWS_WITH(archive.open(),
                          Catch::Contains("the archive is packed with " + name + "; read are") &&
                              Catch::Contains("unpack it and name the folder (--images)"));
    }
}

TEST_CASE("a tar that was cut between two files is refused, packed or not") {
    // As when tar was killed and what packs its output was not.
    Archive archive;
    archive.pack("uploads.tar", {});
    const std::string whole = file_bytes(archive.folder.at("uploads.tar"));
    const std::string content = whole.substr(0, ((whole.find_last_not_of('\0') / 512) + 1) * 512);
    archive.folder.write("uploads.tar", content);
    CHECK_THROWS_WITH(archive.open(), Catch::Contains("cut off between two files"));
    Archive::run(program_path("gzip"), {"-k", archive.folder.at("uploads.tar")});
    archive.settings.storage.tar.path = archive.folder.at("uploads.tar.gz");
    CHECK_THROWS_WITH(archive.open(), Catch::Contains("cut off between two files"));
    archive.folder.write("uploads.tar", content + std::string(512, '\0'));
    archive.settings.storage.tar.path = archive.folder.at("uploads.tar");
    archive.check_whole();
}

TEST_CASE("images come from tars that were joined, from the first to the last") {
    Archive archive;
    archive.pack("first.tar", {});
    archive.folder.write("up/uploads/later.png", face_png(4));
    archive.pack("second.tar", {});
    archive.folder.write("uploads.tar", file_bytes(archive.folder.at("first.tar")) +
                                            file_bytes(archive.folder.at("second.tar")));
    archive.settings.storage.tar.path = archive.folder.at("uploads.tar");
    archive.check_whole();
    CHECK((*fetch_image(*archive.open(), "later.png").value().bytes == face_png(4)));
}

TEST_CASE("what is no tar is refused before the run") {
    Archive archive;
    archive.folder.write("text", "this is no archive\n");
    archive.settings.storage.type = StorageType::tar;
    for (const std::string& path :
         {archive.folder.at("text"), archive.folder.at("gone"), archive.folder.text()}) {
        archive.settings.storage.tar.path = path;
        CHECK_THROWS_WITH(archive.open(), Catch::Contains("storage_unreadable"));
    }
}

}  // namespace
}  // namespace ffdump
