// SPDX-License-Identifier: Apache-2.0
#include "conversion_bench.hpp"
#include "e2e/ffdump_run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <utility>

namespace ffdump {
namespace {

std::string record(int id, const std::string& gallery) {
    return R"({"gallery":")" + gallery + R"(","id":)" + std::to_string(id) +
           R"(,"facen":"AACAPwAAAAA=","meta":{"normalized_id":"1_a.png"}})";
}

std::string plain(int id) {
    return R"({"id":)" + std::to_string(id) +
           R"(,"facen":"AACAPwAAAAA=","meta":{"normalized_id":"1_a.png"}})" + "\n";
}

unsigned mode_of(const std::string& path) {
    struct stat seen{};
    REQUIRE(::stat(path.c_str(), &seen) == 0);
    return seen.st_mode & 0777U;
}

TEST_CASE("convert says what it wrote, for its owner's eyes alone") {
    const ScratchFolder folder;
    folder.write("dump/faces.json", plain(1) + plain(2));
    const ChildEnd end =
        run_ffdump({"convert", "--from", folder.at("dump"), "--to", folder.at("a/new"), "--format",
                    "json-array", "--compress", "gzip:1"});
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(end.out == "faces.json.gz: 2 records of gallery faces from faces.json (json-lines)\n");
    CHECK(mode_of(folder.at("a/new")) == 0700);
    CHECK(mode_of(folder.at("a/new/faces.json.gz")) == 0600);
    CHECK(run_ffdump({"inspect", folder.at("a/new")}).code == 0);
}

TEST_CASE("convert ends with 2 where the command is wrong, and with 4 where the dump is") {
    const ScratchFolder folder;
    folder.write("dump/faces.json", plain(1));
    folder.write("bad/faces.json", plain(1) + "{\"id\":");
    const auto convert = [&](const std::string& from, const std::string& format,
                             const Arguments& more = {}) {
        Arguments arguments{"convert",        "--from",   folder.at(from), "--to",
                            folder.at("new"), "--format", format};
        arguments.insert(arguments.end(), more.begin(), more.end());
        ChildEnd end = run_ffdump(arguments);
        CHECK(lines_of(end.err).size() == 1);
        return end;
    };
    const ChildEnd unknown = convert("dump", "json-line");
    CHECK(unknown.code == 2);
    CHECK(has(unknown.err, "did you mean json-lines?"));
    CHECK(convert("dump", "json-array", {"--compress", "zip"}).code == 2);
    CHECK(convert("bad", "json-array").code == 4);
    CHECK(convert("nothing", "json-array").code == 4);
    folder.write("new/there", "");
    CHECK(convert("dump", "json-array").code == 2);
}

TEST_CASE("records of several galleries are split into a file of each") {
    const ScratchFolder folder;
    folder.write("mixed/shard1.json",
                 record(1, "cars") + "\n" + record(2, "faces") + "\n" + record(3, "cars") + "\n");
    folder.write("mixed/shard2.json", record(4, "faces") + "\n" + record(5, "faces") + "\n");
    Arguments convert{"convert",         "--from",   folder.at("mixed"), "--to",
                      folder.at("dump"), "--format", "json-lines"};
    const ChildEnd refused = run_ffdump(convert);
    CHECK(refused.code == 2);
    CHECK(has(refused.err, "shard1.json:2 (byte"));
    CHECK(has(refused.err, "use --split-galleries"));
    convert.emplace_back("--split-galleries");
    const ChildEnd end = run_ffdump(convert);
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK((dump_files(folder.at("dump")) ==
           std::map<std::string, std::string>{{"cars.json", plain(1) + plain(3)},
                                              {"faces.json", plain(2) + plain(4) + plain(5)}}));
}

TEST_CASE("a signal ends a conversion with its own code and leaves nothing") {
    const ScratchFolder folder;
    std::string text;
    for (int id = 1; id <= 20'000; ++id) {
        text += plain(id);
    }
    const std::string first = folder.write("dump/file0.json", text);
    // Half a minute's work at this level, of which a second is waited for.
    for (int i = 1; i < 50; ++i) {
        std::filesystem::create_hard_link(first,
                                          folder.at("dump/file" + std::to_string(i) + ".json"));
    }
    for (const auto& [signal, code] : {std::pair(SIGINT, 130), std::pair(SIGTERM, 143)}) {
        CAPTURE(code);
        const std::string to = folder.at("new" + std::to_string(code));
        std::filesystem::create_directory(to);
        const FileChanges changes(to);
        ChildProcess child(ffdump_command({"convert", "--from", folder.at("dump"), "--to", to,
                                           "--format", "json-array", "--compress", "zstd:19"}));
        while (!std::filesystem::exists(to + "/.file0.json.zst.part")) {
            REQUIRE(changes.wait(std::chrono::seconds(30)));
        }
        REQUIRE(child.send_signal(signal));
        const auto end = child.wait();
        REQUIRE(end);
        INFO(end->err);
        CHECK(end->code == code);
        CHECK(std::filesystem::is_empty(to));
    }
}

TEST_CASE("a file's gallery comes from --gallery where the file names none") {
    const ScratchFolder folder;
    const std::string path = folder.write("shard.json", plain(1));
    const auto convert = [&](const std::string& to, const std::string& format) {
        return run_ffdump({"convert", "--from", path, "--to", folder.at(to), "--format", format,
                           "--gallery", "faces"});
    };
    CHECK(convert("header", "json-lines-header").code == 0);
    CHECK(dump_files(folder.at("header")).at("shard.json").starts_with(R"({"gallery":"faces",)"));
    CHECK(convert("array", "json-array").code == 0);
    CHECK(dump_files(folder.at("array")).contains("faces.json"));
    const ChildEnd other =
        run_ffdump({"convert", "--from", folder.at("header"), "--to", folder.at("new"), "--format",
                    "json-array", "--gallery", "cars"});
    CHECK(other.code == 2);
    CHECK(has(other.err, "--gallery is cars, and the header says faces"));
}

}  // namespace
}  // namespace ffdump
