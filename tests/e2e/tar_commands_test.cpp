// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"
#include "quality/made_people.hpp"
#include "support/made_archive.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// A tar archive of all files below a folder.
std::string tar_of(const std::string& folder, Packing packing) {
    MadeArchive archive(packing);
    for (const auto& [name, bytes] : tree_bytes(folder)) {
        archive.add("backup/" + name, bytes);
    }
    return archive.bytes();
}

Packing any_packing() {
    return GENERATE(Packing::plain, Packing::gzip, Packing::zstd);
}

}  // namespace

TEST_CASE("verify reads the dump, the new dump and dumps of the shards from tar archives") {
    const Packing packing = any_packing();
    const MadeDump dump(24);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    const std::string old_tar = dump.folder().write("old.tar", tar_of(dump.from(), packing));
    const std::string new_tar = dump.folder().write("new.tar", tar_of(dump.at("new"), packing));
    const ChildEnd proof = verify(old_tar, new_tar);
    INFO(proof.err);
    CHECK(last_line(proof.out) == "restorable");
    REQUIRE(run_ffdump({"pack", dump.at("new"), "-o", dump.at("new.tar.zst"), "-q"}).code == 0);
    for (const std::string& to : {dump.at("new"), new_tar, dump.at("new.tar.zst")}) {
        const ChildEnd same = run_ffdump({"verify", "-q", "--to", to, "--same-facens", new_tar});
        CAPTURE(to, same.err);
        CHECK(last_line(same.out) == "the same: 24 records in 1 galleries");
        const ChildEnd not_same =
            run_ffdump({"verify", "-q", "--to", to, "--same-facens", old_tar});
        CHECK(not_same.code == 3);
        CHECK(has(not_same.out, "facen"));
    }
}

TEST_CASE("shards are compared when each was packed into an archive of its own") {
    const Packing packing = any_packing();
    const MadeDump dump(24);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    const auto [name, bytes] = *dump_files(dump.at("new")).begin();
    const std::size_t half = bytes.find('\n', bytes.size() / 2) + 1;
    const std::string first = dump.folder().write(
        "1.tar", MadeArchive(packing).add("dump/" + name, bytes.substr(half)).bytes());
    const std::string second = dump.folder().write(
        "2.tar", MadeArchive(packing).add("dump/" + name, bytes.substr(0, half)).bytes());
    const ChildEnd same =
        run_ffdump({"verify", "-q", "--to", dump.at("new"), "--same-facens", first, second});
    INFO(same.err);
    CHECK(last_line(same.out) == "the same: 24 records in 1 galleries");
    const ChildEnd half_lost =
        run_ffdump({"verify", "-q", "--to", dump.at("new"), "--same-facens", first});
    CHECK(half_lost.code == 3);
    CHECK(has(half_lost.out, "record_lost"));
}

TEST_CASE("quality measures dumps in tar archives, and packed files, as it does directories") {
    const Packing packing = any_packing();
    const MadePeople people({.people = 60});
    const ScratchFolder& folder = people.folder();
    const auto measured = [](const std::string& from, const std::string& to) {
        const ChildEnd end = run_ffdump({"quality", "--from", from, "--to", to, "--group-by",
                                         "meta.person", "--seed", "7", "--json", "--quiet"});
        INFO(end.err);
        REQUIRE(end.code == 0);
        return nlohmann::json::parse(end.out).at("galleries");
    };
    const nlohmann::json of_directories = measured(folder.at("old"), folder.at("new"));
    const std::string old_tar = folder.write("old.tar", tar_of(folder.at("old"), packing));
    const std::string new_tar = folder.write("new.tar", tar_of(folder.at("new"), packing));
    CHECK(measured(old_tar, new_tar) == of_directories);
    if (packing != Packing::plain) {
        const std::string packed = folder.write(
            "one/people.json",
            MadeArchive(packing, false).add("x", file_bytes(folder.at("new/people.json"))).bytes());
        CHECK(measured(old_tar, folder.at("one")) == of_directories);
        CHECK(measured(folder.at("old"), packed) == of_directories);
    }
}

TEST_CASE("a damaged archive is told with 4 by quality and --same-facens") {
    const MadePeople people({.people = 30});
    const ScratchFolder& folder = people.folder();
    std::string bytes = tar_of(folder.at("new"), Packing::zstd);
    bytes.resize(bytes.size() / 2);
    const std::string cut = folder.write("new.tar.zst", bytes);
    const ChildEnd quality = run_ffdump({"quality", "--from", folder.at("old"), "--to", cut});
    CHECK(quality.code == 4);
    CHECK(has(quality.err, "new.tar.zst"));
    const ChildEnd same = run_ffdump({"verify", "--to", folder.at("new"), "--same-facens", cut});
    CHECK(same.code == 4);
    CHECK(has(same.err, "new.tar.zst"));
}

}  // namespace ffdump
