// SPDX-License-Identifier: Apache-2.0
#include "packed_pair.hpp"
#include "support/child_process.hpp"
#include "support/faulty_file_system.hpp"

#include "ffdump/io/archive_reader.hpp"

namespace ffdump {
namespace {

std::map<std::string, std::string> packed_files(const std::string& folder) {
    std::map<std::string, std::string> files = tree_bytes(folder);
    std::erase_if(files, [](const auto& file) { return file.first == ".ffdump/lock"; });
    return files;
}

TEST_CASE("the same dump gives the same archive, whatever the number of threads") {
    PackedPair one;
    const std::string archive = one.packed();
    one.options.threads = 4;
    CHECK((one.packed() == archive));
    const PackedPair another;
    CHECK((another.packed() == archive));
    one.options.level = 19;
    CHECK((one.packed() != archive));
    CHECK((tar_of(one.packed()) == tar_of(archive)));
}

TEST_CASE("plain tar gives the dump back, private and with nothing that was not packed") {
    PackedPair dump;
    dump.pair.write_target(".ffdump/journal", "stays where it is");
    const std::string archive = dump.scratch.at("dump.tar.zst");
    REQUIRE(pack_dump_to_file(*dump.files, dump.options, archive, {}));
    std::filesystem::create_directory(dump.scratch.at("by-tar"));
    const ChildEnd end = run_child(
        {"/usr/bin/tar", {"--zstd", "-xf", archive, "-C", dump.scratch.at("by-tar")}, {}, {}, {}});
    CHECK(end.code == 0);
    CHECK(end.err.empty());
    auto expected = packed_files(dump.pair.options.to);
    expected.erase(".ffdump/journal");
    CHECK((packed_files(dump.scratch.at("by-tar")) == expected));
    const auto mode =
        std::filesystem::status(dump.scratch.at("by-tar/ffsec_face_events.json")).permissions();
    CHECK(mode == std::filesystem::perms(0600));
    CHECK(std::filesystem::status(archive).permissions() == std::filesystem::perms(0600));
}

TEST_CASE("the zstd tool finds nothing wrong with an archive") {
    const PackedPair dump;
    const std::string archive = dump.scratch.write("dump.tar.zst", dump.packed());
    CHECK(run_child({"/usr/bin/zstd", {"-q", "-t", archive}, {}, {}, {}}).code == 0);
}

TEST_CASE("libarchive sees the manifest first and every member as a plain file") {
    const PackedPair dump;
    const std::string archive = dump.packed();
    const std::unique_ptr<ByteSource> source = make_memory_source(archive);
    const auto reader = open_archive(*source, "x.tar.zst").value();
    std::vector<std::string> paths;
    for (;;) {
        const ArchiveEntry* const entry = reader->next().value();
        if (entry == nullptr) {
            break;
        }
        CHECK(entry->kind == EntryKind::file);
        paths.push_back(entry->path);
    }
    CHECK(paths == std::vector<std::string>{".ffdump/manifest.json", ".ffdump/failures.jsonl",
                                            "ffsec_body_events.json", "ffsec_face_events.json",
                                            "ffsec_face_objects.json"});
}

TEST_CASE("a dump that is not what its manifest says is not packed") {
    const PackedPair dump;
    const DumpPair& pair = dump.pair;
    std::string events = pair.target_bytes("ffsec_face_events.json");
    Reason reason = Reason::internal_error;
    SECTION("one bit differs") {
        events[40] ^= 1;
        pair.write_target("ffsec_face_events.json", events);
        reason = Reason::checksum_differs;
    }
    SECTION("longer") {
        pair.write_target("ffsec_face_events.json", events + "\n");
        reason = Reason::checksum_differs;
    }
    SECTION("shorter") {
        pair.write_target("ffsec_face_events.json", events.substr(1));
        reason = Reason::checksum_differs;
    }
    SECTION("missing") {
        std::filesystem::remove(pair.target_path("ffsec_face_events.json"));
        reason = Reason::file_missing;
    }
    SECTION("one too many") {
        pair.write_target("stray.json", "{}");
        reason = Reason::file_extra;
    }
    SECTION("a list of failures of another run") {
        pair.write_target(".ffdump/failures.jsonl", "");
        reason = Reason::failures_differ;
    }
    SECTION("not complete") {
        std::filesystem::remove(pair.target_path(".ffdump/manifest.json"));
        reason = Reason::output_incomplete;
    }
    SECTION("a manifest that was changed") {
        std::string text = pair.target_bytes(".ffdump/manifest.json");
        text[30] ^= 1;
        pair.write_target(".ffdump/manifest.json", text);
        reason = Reason::manifest_invalid;
    }
    const auto packed =
        pack_dump_to_file(*dump.files, dump.options, dump.scratch.at("x.tar.zst"), {});
    REQUIRE_FALSE(packed);
    CHECK(packed.error().reason() == reason);
    CHECK(tree_bytes(dump.scratch.path()).empty());
}

TEST_CASE("an archive that exists is not replaced") {
    const PackedPair dump;
    const std::string path = dump.scratch.write("x.tar.zst", "precious");
    const auto packed = pack_dump_to_file(*dump.files, dump.options, path, {});
    REQUIRE_FALSE(packed);
    CHECK(packed.error().reason() == Reason::output_occupied);
    CHECK(file_bytes(path) == "precious");
}

TEST_CASE("whatever call fails while packing, no archive stands there that is not whole") {
    const PackedPair dump;
    FaultyFileSystem files(*dump.files);
    const std::string path = dump.scratch.at("x.tar.zst");
    std::size_t tried = 0;
    for (std::uint64_t n = 1;; ++n) {
        files.fail_at(n, {});
        const auto packed = pack_dump_to_file(files, dump.options, path, {});
        if (!files.has_struck()) {
            CHECK(packed);
            break;
        }
        CAPTURE(n);
        ++tried;
        CHECK_FALSE(packed);
        const auto left = tree_bytes(dump.scratch.path());
        CHECK((left.empty() || !read_through(left.at("x.tar.zst"))));
        std::filesystem::remove(path);
    }
    CHECK(tried > 20);
}

TEST_CASE("packing that is interrupted leaves nothing") {
    const PackedPair dump;
    const auto packed = pack_dump_to_file(*dump.files, dump.options, dump.scratch.at("x.tar.zst"),
                                          [](std::uint64_t, std::uint64_t) { return false; });
    REQUIRE_FALSE(packed);
    CHECK(packed.error().reason() == Reason::interrupted);
    CHECK(tree_bytes(dump.scratch.path()).empty());
}

}  // namespace
}  // namespace ffdump
