// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// A dump that was migrated, one record of it failed.
class Migrated {
 public:
    Migrated() {
        dump.remove_image(5);
        const Simulator service(dump.service());
        const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
        INFO(end.err);
        REQUIRE(end.code == 3);
    }
    [[nodiscard]] ChildEnd pack(const Arguments& more = {}) const {
        Arguments arguments{"pack", dump.at("new"), "-o", archive(), "-q"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_ffdump(std::move(arguments));
    }
    [[nodiscard]] ChildEnd unpack(const Arguments& more = {}) const {
        Arguments arguments{"unpack", archive(), "-C", dump.at("unpacked"), "-q"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_ffdump(std::move(arguments));
    }
    [[nodiscard]] std::string archive() const { return dump.at("new.tar.zst"); }

    MadeDump dump{24};
};

bool is_good(const ChildEnd& end) {
    return end.code == 0 && end.err.empty();
}

TEST_CASE("a new dump is packed, verified as an archive, unpacked, and is the same again") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    const ChildEnd packed = migrated.pack();
    INFO(packed.err);
    REQUIRE(is_good(packed));
    CHECK(has(packed.out, "packed 1 files"));
    CHECK(migrated.pack().code == 2);
    const ChildEnd proof = verify(dump.from(), migrated.archive());
    CHECK(last_line(proof.out) == "restorable (1 record failed, 0 excluded)");
    const auto from_table_on = [](const std::string& text) {
        return text.substr(text.find("gallery  action"));
    };
    CHECK(from_table_on(proof.out) == from_table_on(verify(dump.from(), dump.at("new")).out));
    REQUIRE(is_good(migrated.unpack()));
    CHECK(migrated.unpack().code == 2);
    CHECK((dump_files(dump.at("unpacked")) == dump_files(dump.at("new"))));
    CHECK(verify(dump.from(), dump.at("unpacked")).code == 0);
}

TEST_CASE("an archive is inspected without being unpacked") {
    const Migrated migrated;
    REQUIRE(is_good(migrated.pack()));
    const ChildEnd end = run_ffdump({"inspect", "--json", migrated.archive()});
    REQUIRE(end.code == 0);
    const auto of_directory = run_ffdump({"inspect", "--json", migrated.dump.at("new")});
    const auto archive = nlohmann::json::parse(end.out);
    CHECK(archive["files"][0]["records"] == 23);
    CHECK(archive["files"][0]["records"] ==
          nlohmann::json::parse(of_directory.out)["files"][0]["records"]);
}

TEST_CASE("an archive goes through a pipe on both ends") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    REQUIRE(is_good(migrated.pack()));
    const std::string script = std::string(FFDUMP_BINARY_DIR "/ffdump pack -q ") + dump.at("new") +
                               " -o - | tee " + dump.at("piped.tar.zst") +
                               " | " FFDUMP_BINARY_DIR "/ffdump unpack -q - -C " +
                               dump.at("unpacked");
    const ChildEnd end = run_child({"/bin/bash", {"-o", "pipefail", "-c", script}, {}, {}, {}});
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((file_bytes(dump.at("piped.tar.zst")) == file_bytes(migrated.archive())));
    CHECK((dump_files(dump.at("unpacked")) == dump_files(dump.at("new"))));
}

TEST_CASE("a reader that goes away ends packing with 6") {
    const Migrated migrated;
    const std::string script = FFDUMP_BINARY_DIR "/ffdump pack -q " + migrated.dump.at("new") +
                               " -o - >/dev/full; echo code $?";
    const ChildEnd end = run_child({"/bin/bash", {"-c", script}, {}, {}, {}});
    CHECK(end.out == "code 6\n");
}

TEST_CASE("without its source an archive is verified against its manifest") {
    const Migrated migrated;
    REQUIRE(is_good(migrated.pack()));
    const Arguments arguments{"verify", "--against-manifest", "--to", migrated.archive()};
    const ChildEnd good = run_ffdump(arguments);
    CHECK(good.code == 0);
    CHECK(last_line(good.out) == "restorable (1 record failed, 0 excluded)");
    Arguments demanding = arguments;
    demanding.insert(demanding.end(), {"--min-sequence", "2"});
    CHECK(run_ffdump(demanding).code == 3);
    CHECK(run_ffdump({"verify", "--to", migrated.archive()}).code == 2);

    std::string bytes = file_bytes(migrated.archive());
    bytes[bytes.size() / 2] = static_cast<char>(~bytes[bytes.size() / 2]);
    migrated.dump.folder().write("new.tar.zst", bytes);
    const ChildEnd damaged = run_ffdump(arguments);
    CHECK(damaged.code == 4);
    CHECK(has(damaged.err, "archive_damaged"));
    CHECK(migrated.unpack().code == 4);
}

TEST_CASE("an older run's archive with a good signature is refused by run and by sequence") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    const ChildEnd packed = migrated.pack();
    REQUIRE(is_good(packed));
    const std::string older = file_bytes(migrated.archive());
    dump.folder().write("uploads/" + MadeDump::image_name(5), face_png(5));
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new", {"--retry-failed"})).code == 0);
    std::filesystem::remove(migrated.archive());
    REQUIRE(is_good(migrated.pack()));
    const auto manifest = nlohmann::json::parse(file_bytes(dump.at("new/.ffdump/manifest.json")));
    const std::string run = manifest["run_id"];
    CHECK(verify(dump.from(), migrated.archive(), {"--run", run, "--min-sequence", "2"}).code == 0);
    dump.folder().write("new.tar.zst", older);
    const ChildEnd replayed = migrated.unpack({"--min-sequence", "2"});
    CHECK(replayed.code == 3);
    CHECK(has(replayed.err, "older"));
    const ChildEnd other = migrated.unpack({"--run", run});
    CHECK(other.code == 3);
    CHECK(has(other.err, "not of " + run));
    CHECK_FALSE(std::filesystem::exists(dump.at("unpacked")));
    CHECK(verify(dump.from(), migrated.archive(), {"--min-sequence", "2"}).code == 3);
}

TEST_CASE("from a cut archive unpack --salvage saves whole records and says what is missing") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    REQUIRE(is_good(migrated.pack()));
    const std::string bytes = file_bytes(migrated.archive());
    dump.folder().write("new.tar.zst", bytes.substr(0, bytes.size() - 1));
    CHECK(migrated.unpack().code == 4);
    const ChildEnd nothing_lost = migrated.unpack({"--salvage"});
    CHECK(nothing_lost.code == 0);
    CHECK(last_line(nothing_lost.out) == "nothing is lost: the new dump is complete");
    CHECK(verify(dump.from(), dump.at("unpacked")).code == 0);

    std::filesystem::remove_all(dump.at("unpacked"));
    dump.folder().write("new.tar.zst", bytes.substr(0, bytes.size() * 3 / 4));
    const ChildEnd cut = migrated.unpack({"--salvage"});
    CHECK(cut.code == 3);
    CHECK(has(cut.out, "faces.json: 0 of 23 records saved"));
    CHECK(has(last_line(cut.out), "this is no complete dump"));
}

TEST_CASE("an archive is signed with a minisign key and unpacked for its public key alone") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    const auto key = [&dump](const std::string& name) {
        const ChildEnd made =
            run_child({"/usr/bin/minisign",
                       {"-G", "-W", "-p", dump.at(name + ".pub"), "-s", dump.at(name + ".key")},
                       {},
                       {},
                       {}});
        REQUIRE(made.code == 0);
    };
    key("ours");
    key("theirs");
    REQUIRE(is_good(migrated.pack({"--sign", dump.at("ours.key")})));
    CHECK(migrated.unpack({"--pubkey", dump.at("theirs.pub")}).code == 3);
    CHECK_FALSE(std::filesystem::exists(dump.at("unpacked")));
    CHECK(run_ffdump({"verify", "--against-manifest", "--to", migrated.archive(), "--pubkey",
                      dump.at("theirs.pub")})
              .code == 3);
    CHECK(verify(dump.from(), migrated.archive(), {"--pubkey", dump.at("ours.pub")}).code == 0);
    REQUIRE(is_good(migrated.unpack({"--pubkey", dump.at("ours.pub")})));
    CHECK(run_child(
              {"/usr/bin/minisign",
               {"-V", "-p", dump.at("ours.pub"), "-m", dump.at("unpacked/.ffdump/manifest.json")},
               {},
               {},
               {}})
              .code == 0);
    CHECK(verify(dump.from(), dump.at("unpacked"), {"--pubkey", dump.at("ours.pub")}).code == 0);
}

TEST_CASE("an archive is encrypted for a recipient with age, and one that is cut is not unpacked") {
    const Migrated migrated;
    const MadeDump& dump = migrated.dump;
    const auto shell = [](const std::string& script) {
        return run_child({"/bin/bash", {"-o", "pipefail", "-c", script}, {}, {}, {}});
    };
    const std::string ffdump = FFDUMP_BINARY_DIR "/ffdump ";
    const std::string key = dump.at("age.key");
    REQUIRE(shell("age-keygen -o " + key + " 2>/dev/null").code == 0);
    const std::string encrypted = dump.at("newdump.age");
    REQUIRE(shell(ffdump + "pack -q " + dump.at("new") + " -o - | age -r $(age-keygen -y " + key +
                  ") > " + encrypted)
                .code == 0);
    CHECK_FALSE(has(file_bytes(encrypted), "manifest"));
    const auto unpack = [&] {
        return shell("age -d -i " + key + " " + encrypted + " | " + ffdump + "unpack -q - -C " +
                     dump.at("unpacked"));
    };
    const std::string bytes = file_bytes(encrypted);
    dump.folder().write("newdump.age", bytes.substr(0, bytes.size() - 1));
    CHECK(unpack().code != 0);
    CHECK_FALSE(std::filesystem::exists(dump.at("unpacked/.ffdump/manifest.json")));
    dump.folder().write("newdump.age", bytes);
    REQUIRE(is_good(unpack()));
    CHECK((dump_files(dump.at("unpacked")) == dump_files(dump.at("new"))));
}

TEST_CASE("a signing key that others can read is refused, and no secret is told") {
    const Migrated migrated;
    const std::string key = migrated.dump.folder().write(
        "open.key", "untrusted comment: x\nRWRTY0IyZm9yLW5vYm9keQ==\n");
    std::filesystem::permissions(key, std::filesystem::perms(0640));
    const ChildEnd end = migrated.pack({"--sign", key});
    CHECK(end.code == 2);
    CHECK(has(end.err, "chmod 600"));
    std::filesystem::permissions(key, std::filesystem::perms(0600));
    const ChildEnd broken = migrated.pack({"--sign", key});
    CHECK(broken.code == 2);
    CHECK_FALSE(has(broken.err, "RWRTY0Iy"));
    CHECK_FALSE(std::filesystem::exists(migrated.archive()));
}

}  // namespace
}  // namespace ffdump
