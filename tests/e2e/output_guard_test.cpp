// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <csignal>
#include <utility>

namespace ffdump {
namespace {

void interrupt(const MadeDump& dump, const Simulator& service) {
    const auto end = stopped_run(service, dump.migrate(service, "new"), 2, SIGTERM);
    REQUIRE(end);
    REQUIRE(end->code == 143);
}

Arguments fetch_only(const MadeDump& dump, const Simulator& service) {
    Arguments command = dump.migrate(service, "new");
    std::ranges::replace(command, std::string("--to"), std::string("--fetch-only"));
    return command;
}

}  // namespace

TEST_CASE("a second run on the same output is refused and told who holds it") {
    const MadeDump dump(40);
    const Simulator service(dump.service({"--delay-ms", "1000"}));
    const ChildProcess first(ffdump_command(dump.migrate(service, "new")));
    REQUIRE(wait_for_requests(service, 1));
    const ChildEnd second = run_ffdump(dump.migrate(service, "new"));
    INFO(second.err);
    CHECK(second.code == 8);
    CHECK(has(second.err, std::to_string(first.pid())));
}

TEST_CASE("an unfinished run is not resumed with another model, and the difference is named") {
    const MadeDump dump(40);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    interrupt(dump, service);
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--model", "other_16"}));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(has(end.err, "new_16"));
    CHECK(has(end.err, "other_16"));
}

TEST_CASE("an unfinished run is not resumed with another source, and the file is named") {
    const MadeDump dump(40);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    interrupt(dump, service);
    std::string text = file_bytes(dump.at("dump/faces.json"));
    text.replace(text.find("image1.png"), 6, "Image1");
    dump.folder().write("dump/faces.json", text);
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(has(end.err, "faces.json"));
}

TEST_CASE("a finished run is not taken for one with another model") {
    const MadeDump dump(8);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    const auto before = dump_files(dump.at("new"));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--model", "other_16"}));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK((dump_files(dump.at("new")) == before));
}

TEST_CASE("a directory that holds something else is not written to") {
    const MadeDump dump(4);
    const Simulator service(dump.service());
    dump.folder().write("new/letter.txt", "dear");
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(has(end.err, "letter.txt"));
    CHECK(tree_bytes(dump.at("new")) == std::map<std::string, std::string>{{"letter.txt", "dear"}});
}

TEST_CASE("images are not fetched into a new dump") {
    const MadeDump dump(4);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    const auto before = tree_bytes(dump.at("new"));
    const ChildEnd end = run_ffdump(fetch_only(dump, service));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(has(end.err, "it is a new dump"));
    CHECK((tree_bytes(dump.at("new")) == before));
}

TEST_CASE("an output that is a file is refused as one that cannot be written") {
    const MadeDump dump(2);
    const Simulator service(dump.service());
    dump.folder().write("new", "a file");
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 6);
    CHECK(file_bytes(dump.at("new")) == "a file");
}

TEST_CASE("errors are JSON lines where the log is") {
    const MadeDump dump(2);
    const Simulator service(dump.service());
    dump.folder().write("new", "a file");
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--log-format", "json"}));
    REQUIRE(lines_of(end.err).size() == 1);
    const nlohmann::json error = nlohmann::json::parse(end.err);
    CHECK(error.at("level") == "error");
    CHECK(error.at("reason") == "output_unwritable");
    CHECK(has(error.at("place").get<std::string>(), dump.at("new")));
}

TEST_CASE("an output that cannot be written ends the run while others are still under way") {
    const MadeDump dump(40);
    const Simulator service(dump.service());
    SECTION("fetching images") {
        dump.folder().write("new/.ffdump/image.part/in_the_way", "");
        const ChildEnd end = run_ffdump(fetch_only(dump, service));
        INFO(end.err);
        CHECK(end.code == 6);
        CHECK(has(end.err, "image.part"));
    }
    SECTION("migrating") {
        dump.folder().write("new/.ffdump/faces.json.part/in_the_way", "");
        const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
        INFO(end.err);
        CHECK(end.code == 6);
        CHECK(has(end.err, "faces.json.part"));
    }
}

TEST_CASE("a file that may not grow ends also a run that would wait for space") {
    const MadeDump dump(200);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service());
    Arguments limited{"-c", R"(ulimit -f 8; exec "$0" "$@")", ffdump_program()};
    const Arguments command = dump.migrate(service, "new", {"--wait-for-space"});
    limited.insert(limited.end(), command.begin(), command.end());
    const ChildEnd end = run_to_end({"/bin/sh", std::move(limited), {}, {}, {}});
    INFO(end.err);
    CHECK(end.code == 6);
    CHECK(has(end.err, "File too large"));
    CHECK(has(end.err, "ulimit -f"));
    CHECK(run_ffdump(command).code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

}  // namespace ffdump
