// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include "ffdump/io/compression.hpp"
#include "ffdump/journal/journal.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <fstream>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 240;

std::string unpacked(const std::string& path) {
    const auto files = make_posix_file_system();
    const auto file = files->open_read(path).value();
    const auto source = make_unpacked_file_source(*file).value();
    std::string text;
    std::string piece(1U << 20U, '\0');
    for (std::size_t got = 1; got != 0; text.append(piece, 0, got)) {
        got = source->read(piece).value();
    }
    return text;
}

/// Packs the dump's file in frames of `frame_bytes`.
void pack_dump(const MadeDump& dump, const Compression& how, const std::string& name,
               std::size_t frame_bytes) {
    const std::string text = file_bytes(dump.at("dump/faces.json"));
    const auto packer = make_byte_packer(how);
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += frame_bytes) {
        REQUIRE(packer->add(bytes, std::string_view(text).substr(at, frame_bytes)));
        REQUIRE(packer->end_frame(bytes));
    }
    std::filesystem::remove(dump.at("dump/faces.json"));
    std::ofstream(dump.at("dump/" + name), std::ios::binary) << bytes;
}

/// Cuts a journal behind its first record of this type, by the layout of formats/journal.md.
void cut_journal_after(const std::string& path, JournalType type) {
    const std::string bytes = file_bytes(path);
    const auto number_at = [&bytes](std::size_t at, std::size_t size) {
        std::size_t number = 0;
        for (std::size_t i = size; i-- > 0;) {
            number = (number << 8U) | static_cast<unsigned char>(bytes.at(at + i));
        }
        return number;
    };
    std::size_t at = 56;
    bool is_last = false;
    while (!is_last) {
        is_last = number_at(at + 4, 2) == static_cast<std::size_t>(type);
        at += 40 + ((number_at(at + 16, 4) + 7) / 8 * 8) + 8;
    }
    std::filesystem::resize_file(path, at);
}

}  // namespace

TEST_CASE("a packed dump is migrated to one that is packed alike, and verified") {
    const MadeDump dump(kRecords);
    const std::string wanted = dump.undisturbed().at("faces.json");
    const auto [how, name] =
        GENERATE(std::pair{"zstd", "faces.json.zst"}, std::pair{"gzip", "faces.json.gz"},
                 std::pair{"zstd:1", "faces.json"});
    CAPTURE(how, name);
    pack_dump(dump, Compression::parse(how).value(), name, 9'000);
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((unpacked(dump.at("new/" + std::string(name))) == wanted));
    CHECK((file_bytes(dump.at("new/" + std::string(name))) != wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("new files are packed as --compress says and named after it") {
    const MadeDump dump(12);
    const std::string wanted = dump.undisturbed().at("faces.json");
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--compress", "zstd:19"}));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((unpacked(dump.at("new/faces.json.zst")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");

    CHECK(run_ffdump(dump.migrate(service, "new")).code == 2);
    CHECK(run_ffdump(dump.migrate(service, "newer", {"--compress", "zip"})).code == 2);
    std::filesystem::copy_file(dump.at("dump/faces.json"), dump.at("dump/faces.json.gz"));
    const ChildEnd clash = run_ffdump(dump.migrate(service, "newer", {"--compress", "none"}));
    CHECK(clash.code == 2);
    CHECK(has(clash.err, "would both be written as faces.json"));
}

TEST_CASE("a packed run that is killed is finished by the same command, and failures are retried") {
    const MadeDump dump(kRecords);
    const std::string wanted = dump.undisturbed().at("faces.json");
    const auto how = GENERATE(std::string("zstd:3"), std::string("gzip:6"));
    CAPTURE(how);
    pack_dump(dump, Compression::parse("zstd").value(), "faces.json.zst", 50'000);
    dump.remove_image(7);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    const Arguments more{"--batch-size", "2", "--workers", "2", "--compress", how};
    for (int life = 0; life < 3; ++life) {
        REQUIRE(stopped_run(service, dump.migrate(service, "new", more),
                            service.count("extract") + 20, life == 0 ? SIGTERM : SIGKILL));
    }
    CHECK(run_ffdump(dump.migrate(service, "new", more)).code == 3);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (1 record failed, 0 excluded)");

    dump.folder().write("uploads/" + MadeDump::image_name(7), face_png(7));
    Arguments again = more;
    again.emplace_back("--retry-failed");
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", again));
    INFO(end.err);
    CHECK(end.code == 0);
    const std::string name = how.starts_with("zstd") ? "faces.json.zst" : "faces.json.gz";
    CHECK((unpacked(dump.at("new/" + name)) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a packed file that has both names after a power loss keeps the final one") {
    namespace fs = std::filesystem;
    const MadeDump dump(12);
    const Simulator service(dump.service());
    const Arguments command = dump.migrate(service, "new", {"--compress", "zstd:3"});
    REQUIRE(run_ffdump(command).code == 0);
    const auto wanted = dump_files(dump.at("new"));
    const fs::path state = dump.at("new/.ffdump");
    cut_journal_after(state / "journal", JournalType::file_sealed);
    fs::remove(state / "manifest.json");
    fs::create_hard_link(dump.at("new/faces.json.zst"), state / "faces.json.zst.part");
    fs::rename(state / "failures.jsonl", state / "failures.jsonl.part");
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK_FALSE(fs::exists(state / "faces.json.zst.part"));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a packed dump that is damaged is told with frame and place") {
    const MadeDump dump(12);
    pack_dump(dump, Compression::parse("zstd").value(), "faces.json.zst", 800);
    std::string bytes = file_bytes(dump.at("dump/faces.json.zst"));
    bytes.resize(bytes.size() - 3);
    std::ofstream(dump.at("dump/faces.json.zst"), std::ios::binary) << bytes;
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    CHECK(end.code == 4);
    CHECK(has(end.err, "faces.json.zst"));
    CHECK(has(end.err, "the file ends inside it"));
}

}  // namespace ffdump
