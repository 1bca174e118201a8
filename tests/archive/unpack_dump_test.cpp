// SPDX-License-Identifier: Apache-2.0
#include "packed_pair.hpp"
#include "support/exhaustive_step.hpp"
#include "support/faulty_file_system.hpp"

namespace ffdump {
namespace {

bool is_told(const std::optional<Error>& error) {
    return error && (error->reason() == Reason::archive_damaged ||
                     error->reason() == Reason::archive_refused ||
                     error->reason() == Reason::manifest_invalid);
}

TEST_CASE("unpacking gives the dump back, private and complete") {
    const PackedPair dump;
    const std::string to = dump.scratch.at("unpacked");
    const auto unpacked = dump.unpack(dump.packed(), to);
    INFO((unpacked ? "" : unpacked.error().one_line()));
    REQUIRE(unpacked);
    CHECK(unpacked->files == 3);
    CHECK((tree_bytes(to) == tree_bytes(dump.pair.options.to)));
    for (const auto& entry : std::filesystem::recursive_directory_iterator(to)) {
        CAPTURE(entry.path());
        CHECK(entry.status().permissions() ==
              std::filesystem::perms(entry.is_directory() ? 0700 : 0600));
    }
}

TEST_CASE("a directory that holds anything is not unpacked into") {
    const PackedPair dump;
    dump.scratch.write("there/one.json", "{}");
    const auto unpacked = dump.unpack(dump.packed(), dump.scratch.at("there"));
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().reason() == Reason::output_occupied);
    CHECK(tree_bytes(dump.scratch.at("there")).size() == 1);
}

TEST_CASE("every flipped bit of every byte of an archive is told") {
    const PackedPair dump;
    const std::string archive = dump.packed();
    REQUIRE_FALSE(read_through(archive));
    for (std::size_t i = 0; i < archive.size(); i += exhaustive_step(7)) {
        std::string flipped = archive;
        flipped[i] = static_cast<char>(flipped[i] ^ (1 << (i % 8)));
        if (!is_told(read_through(flipped))) {
            FAIL("bit " << i % 8 << " of byte " << i);
        }
    }
}

TEST_CASE("an archive that is cut anywhere or goes on behind its end is told") {
    const PackedPair dump;
    const std::string archive = dump.packed();
    for (std::size_t length = 0; length < archive.size(); length += exhaustive_step(7)) {
        if (!is_told(read_through(std::string_view(archive).substr(0, length)))) {
            FAIL("cut to " << length << " bytes");
        }
    }
    CHECK(is_told(read_through(archive + '\0')));
    CHECK(is_told(read_through(archive + archive)));
}

TEST_CASE("a damaged archive leaves nothing behind and says where it is damaged") {
    const PackedPair dump;
    std::string archive = dump.packed();
    const FoundFrame frame = dump.frame_at(archive, "ffsec_face_events.json", 700);
    archive[frame.file_at + frame.sizes.packed / 2] ^= 1;
    const std::string to = dump.scratch.at("unpacked");
    const auto unpacked = dump.unpack(archive, to);
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().reason() == Reason::archive_damaged);
    CHECK(unpacked.error().place().offset == frame.file_at);
    INFO(unpacked.error().one_line());
    CHECK(unpacked.error().one_line().find("reading ffsec_face_events.json") != std::string::npos);
    CHECK(tree_bytes(to).empty());
    CHECK(dump.unpack(dump.packed(), to));
}

TEST_CASE("members that are swapped, doubled, left out, renamed or added are refused by name") {
    const PackedPair dump;
    std::vector<std::string> pieces = member_pieces(dump.packed());
    REQUIRE(pieces.size() == 6);
    SECTION("swapped") {
        std::swap(pieces[3], pieces[4]);
    }
    SECTION("doubled") {
        pieces.insert(pieces.begin() + 3, pieces[3]);
    }
    SECTION("left out") {
        pieces.erase(pieces.begin() + 3);
    }
    SECTION("renamed") {
        pieces[3][0] = 'g';
    }
    SECTION("added") {
        pieces.insert(pieces.begin() + 5, pieces[4]);
    }
    SECTION("the manifest not first") {
        std::swap(pieces[0], pieces[1]);
    }
    SECTION("bytes between members") {
        pieces[3].back() = 'x';
    }
    SECTION("bytes behind the end") {
        pieces[5] += std::string(512, 'x');
    }
    const std::string to = dump.scratch.at("unpacked");
    const auto unpacked = dump.unpack(framed(pieces), to);
    REQUIRE_FALSE(unpacked);
    INFO(unpacked.error().one_line());
    CHECK(unpacked.error().reason() == Reason::archive_refused);
    CHECK((!std::filesystem::exists(to) || tree_bytes(to).empty()));
}

TEST_CASE("no member can leave the directory, be a link or a device, or be larger than it says") {
    const PackedPair dump;
    std::vector<std::string> pieces = member_pieces(dump.packed());
    std::string& header = pieces[3];
    const auto set = [&header](std::size_t at, std::string_view text) {
        header.replace(at, text.size(), text);
        header.replace(148, 8, 8, ' ');
        unsigned sum = 0;
        for (std::size_t i = 0; i < 512; ++i) {
            sum += static_cast<unsigned char>(header[i]);
        }
        std::string digits = std::to_string(0);
        digits.clear();
        for (int shift = 15; shift >= 0; shift -= 3) {
            digits.push_back(static_cast<char>('0' + ((sum >> static_cast<unsigned>(shift)) & 7U)));
        }
        header.replace(148, 7, digits + '\0');
    };
    SECTION("absolute") {
        set(0, std::string_view("/tmp/evil\0", 10));
    }
    SECTION("above") {
        set(0, std::string_view("../evil\0", 8));
    }
    SECTION("a symbolic link") {
        set(156, "2");
    }
    SECTION("a hard link") {
        set(156, "1");
    }
    SECTION("a device") {
        set(156, "3");
    }
    SECTION("a folder") {
        set(156, "5");
    }
    SECTION("GNU sparse") {
        set(156, "S");
    }
    SECTION("pax headers") {
        set(156, "x");
    }
    SECTION("huge") {
        set(124, "77777777777");
    }
    SECTION("setuid") {
        set(100, "0004755");
    }
    const auto unpacked = dump.unpack(framed(pieces), dump.scratch.at("in/unpacked"));
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().reason() == Reason::archive_refused);
    CHECK(tree_bytes(dump.scratch.path()).empty());
    CHECK_FALSE(std::filesystem::exists("/tmp/evil"));
}

TEST_CASE("a member with other bytes than the manifest says is told by its checksum") {
    const PackedPair dump;
    std::vector<std::string> pieces = member_pieces(dump.packed());
    pieces[3][600] ^= 1;
    const auto unpacked = dump.unpack(framed(pieces), dump.scratch.at("unpacked"));
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().reason() == Reason::checksum_differs);
    CHECK(tree_bytes(dump.scratch.at("unpacked")).empty());
}

TEST_CASE("a frame that promises more than a frame may hold is not unpacked") {
    // 1 TiB in a header of 14 bytes.
    const std::string bomb("\x28\xb5\x2f\xfd\xe4\x00\x00\x00\x00\x00\x01\x00\x00\x01\x00\x00", 16);
    CHECK_FALSE(measure_frame(bomb));
    CHECK(is_told(read_through(bomb)));
    CHECK(is_told(read_through("")));
    CHECK(is_told(read_through("no archive at all, but some text")));
}

TEST_CASE(
    "an older manifest, another run or a dump without a signature is not unpacked on demand") {
    const PackedPair dump;
    const std::string archive = dump.packed();
    const std::string to = dump.scratch.at("unpacked");
    ManifestTrust trust;
    SECTION("sequence") {
        trust.min_sequence = 2;
        CHECK(dump.unpack(archive, to, trust).error().reason() == Reason::run_differs);
        trust.min_sequence = 1;
    }
    SECTION("run") {
        trust.run_id = std::string(32, '0');
        CHECK(dump.unpack(archive, to, trust).error().reason() == Reason::run_differs);
        trust.run_id = dump.pair.manifest.run_id;
    }
    SECTION("signature") {
        trust.key = PublicKey{};
        CHECK(dump.unpack(archive, to, trust).error().reason() == Reason::signature_invalid);
        trust.key.reset();
    }
    CHECK_FALSE(std::filesystem::exists(to));
    CHECK(dump.unpack(archive, to, trust));
}

TEST_CASE("whatever call fails while unpacking, no manifest stands over files that are not whole") {
    // For good: as a process that is killed there leaves it. The same command then finishes it.
    const PackedPair dump;
    const std::string archive = dump.packed();
    const auto wanted = tree_bytes(dump.pair.options.to);
    for (const auto times : {FileFault::Times::once, FileFault::Times::for_good}) {
        FaultyFileSystem files(*dump.files);
        std::size_t tried = 0;
        for (std::uint64_t n = 1;; ++n) {
            const std::string to = dump.scratch.at(
                (times == FileFault::Times::once ? "once" : "good") + std::to_string(n));
            files.fail_at(n, {.times = times});
            const std::unique_ptr<ByteSource> source = make_memory_source(archive);
            const auto unpacked = unpack_dump(files, *source, {"x.tar.zst", to, {}}, {});
            if (!files.has_struck()) {
                CHECK(unpacked);
                break;
            }
            CAPTURE(n);
            ++tried;
            CHECK_FALSE(unpacked);
            auto left =
                std::filesystem::exists(to) ? tree_bytes(to) : std::map<std::string, std::string>();
            left.erase(".ffdump/unpacking");
            left.erase(".ffdump/lock");
            const bool is_complete = left.contains(".ffdump/manifest.json");
            CHECK((!is_complete || left == wanted));
            const auto again = dump.unpack(archive, to);
            CHECK(again.has_value() == !is_complete);
            CHECK((again || again.error().reason() == Reason::output_occupied));
            CHECK((tree_bytes(to) == wanted));
        }
        CHECK(tried > 20);
    }
}

TEST_CASE("a directory in which somebody unpacks is left alone, and the holder is named") {
    const PackedPair dump;
    const std::string to = dump.scratch.at("to");
    REQUIRE(dump.files->make_directories(to + "/.ffdump"));
    const auto lock = dump.files->lock(to + "/.ffdump/lock", "ffdump unpack");
    REQUIRE(lock);
    const auto unpacked = dump.unpack(dump.packed(), to);
    REQUIRE_FALSE(unpacked);
    CHECK(unpacked.error().reason() == Reason::lock_held);
    CHECK(tree_bytes(to).size() == 1);
}

TEST_CASE("nothing that a killed unpacking did not put there is cleared away") {
    const PackedPair dump;
    for (const std::string name : {"mine.json", ".ffdump/journal", ".ffdump/mine"}) {
        const std::string to = "to" + std::to_string(name.size());
        dump.scratch.write(to + "/.ffdump/unpacking", std::string("a.json\0", 7));
        dump.scratch.write(to + "/.ffdump/unpacked-0.part", "part");
        dump.scratch.write(to + "/" + name, "mine");
        const auto unpacked = dump.unpack(dump.packed(), dump.scratch.at(to));
        REQUIRE_FALSE(unpacked);
        CHECK(unpacked.error().reason() == Reason::output_occupied);
        CHECK(tree_bytes(dump.scratch.at(to)).size() == 3);
    }
}

}  // namespace
}  // namespace ffdump
