// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {

namespace {

/// With another value of an option, or with the option.
Arguments with_option(Arguments arguments, const std::string& option, const std::string& value) {
    const auto found = std::ranges::find(arguments, option);
    if (found == arguments.end()) {
        arguments.insert(arguments.end(), {option, value});
    } else {
        *(found + 1) = value;
    }
    return arguments;
}

}  // namespace

TEST_CASE("option --max-failures stops a run that goes wrong") {
    const MadeDump dump(200);
    for (std::size_t id = 1; id <= 200; id += 2) {
        dump.remove_image(id);
    }
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--max-failures", "2"}));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(has(end.err, "too_many_failures"));
    CHECK(has(end.err, "(image_missing "));
    CHECK(has(end.err, ".ffdump/failures.jsonl.part"));
    CHECK(std::filesystem::exists(dump.at("new/.ffdump/failures.jsonl.part")));
    CHECK(run_ffdump(dump.migrate(service, "new", {"--max-failures", ""})).code == 2);
    CHECK_FALSE(std::filesystem::exists(dump.at("new/.ffdump/manifest.json")));
    // At once: of 200 images no more were asked for than were under way when the third was missing.
    CHECK(service.count("image") < 100);
}

TEST_CASE("option --max-failures lists nobody whose failure may be the storage's") {
    const MadeDump dump(120);
    const Simulator service(dump.service({"--fault", "image-404@1"}));
    // Twenty are a pattern; so many more are under way by then.
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new", {"--max-failures", "20", "--set", "ffdump.fetches=40"}));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(has(end.err, "(image_missing "));
    CHECK(has(end.err, "none of them is listed yet"));
    CHECK(file_bytes(dump.at("new/.ffdump/failures.jsonl.part")).empty());
    const Simulator mended(dump.service());
    CHECK(run_ffdump(dump.migrate(mended, "new")).code == 0);
}

TEST_CASE("excluded records are left out and counted") {
    const MadeDump dump(10);
    const Simulator service(dump.service());
    const std::string list = dump.folder().write("erased.txt", "3\nfaces 7\n");
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new", MadeDump::without_canaries({"--exclude-ids", list})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(service.images_extracted() == 8);
    std::vector<int> ids;
    for (const std::string& line : lines_of(file_bytes(dump.at("new/faces.json")))) {
        ids.push_back(nlohmann::json::parse(line).at("id"));
    }
    CHECK(ids == std::vector<int>{1, 2, 4, 5, 6, 8, 9, 10});
    for (const auto& [name, bytes] : tree_bytes(dump.at("new"))) {
        INFO(name);
        CHECK_FALSE(has(bytes, MadeDump::image_name(7)));
    }
    const ChildEnd verdict = verify(dump.from(), dump.at("new"), {"--exclude-ids", list});
    CHECK(verdict.code == 0);
    CHECK(last_line(verdict.out) == "restorable (0 records failed, 2 excluded)");
}

TEST_CASE(
    "a gallery of --exclude-ids that the dump has not, and a file that is not there, end with 2") {
    const MadeDump dump(4);
    const Simulator service(dump.service());
    const std::string list = dump.folder().write("erased.txt", "3\nface 2\n1 2 3\n");
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--exclude-ids", list}));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(lines_of(end.err).size() == 2);
    CHECK(has(end.err, "the dump has no gallery face;"));
    CHECK(has(end.err, "the dump has no gallery 1 2;"));
    CHECK(service.count("extract") == 0);
    for (const char* const option : {"--exclude-ids", "--config", "--format"}) {
        const ChildEnd gone =
            run_ffdump(with_option(dump.migrate(service, "new"), option, dump.at("gone")));
        INFO(gone.err);
        CHECK(gone.code == 2);
        CHECK(has(gone.err, dump.at("gone")));
    }
}

TEST_CASE("ids of --exclude-ids that no record has are counted in a warning") {
    const MadeDump dump(4);
    const Simulator service(dump.service());
    const std::string list = dump.folder().write("erased.txt", "3\n3\n9\nfaces 8\n");
    const ChildEnd end = run_ffdump(with_option(
        dump.migrate(service, "new", {"--exclude-ids", list}), "--log-level", "warning"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(has(end.err, "at least 2 of 3 records to be left out are not in what was migrated"));
}

TEST_CASE("every mistake in the configuration is one line with its place and the nearest key") {
    const MadeDump dump(2);
    const Simulator service(dump.service());
    std::string text = file_bytes(dump.at("migration.ini"));
    text.replace(text.find("workers_num"), 11, "workers_nmu");
    text.replace(text.find("extraction_batch_size: 4"), 24, "extraction_batch_size: x");
    dump.folder().write("migration.ini", text);
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK(lines_of(end.err).size() == 2);
    CHECK(has(end.err, "migration.ini:4:1"));
    CHECK(has(end.err, "workers_num"));
    CHECK(has(end.err, "migration.ini:5:"));
    CHECK_FALSE(std::filesystem::exists(dump.at("new")));
}

TEST_CASE("option -config with one dash is accepted as the vendor's tools take it") {
    const MadeDump dump(4);
    const Simulator service(dump.service());
    Arguments command = dump.migrate(service, "new");
    *std::ranges::find(command, "--config") = "-config";
    CHECK(run_ffdump(command).code == 0);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("images from a folder give the same dump as images over HTTP") {
    const MadeDump dump(24);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service());
    Arguments command = dump.migrate(service, "new", {"--images", dump.at("uploads")});
    const auto upload = std::ranges::find(command, "--upload-url");
    command.erase(upload, upload + 2);
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(service.count("image") == 0);
}

}  // namespace ffdump
