// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// Of twelve records two have no image and one shows no face.
void migrate_with_failures(const MadeDump& dump) {
    dump.remove_image(3);
    dump.remove_image(7);
    const Simulator service(
        dump.service({"--fault", "no-face:sha256=" + MadeDump::image_sha256(5) + "@1"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    REQUIRE(end.code == 3);
}

}  // namespace

TEST_CASE("the list of failures says how many, which, why and what to do") {
    const MadeDump dump(12);
    migrate_with_failures(dump);
    const ChildEnd end = run_ffdump({"failures", dump.at("new")});
    INFO(end.out);
    CHECK(end.code == 0);
    CHECK(has(end.out, "faces: 2 x image_missing\n  ids: 3, 7\n"));
    CHECK(has(end.out, "faces: 1 x no_face\n  ids: 5\n"));
    CHECK(has(end.out, "next: restore the image from a backup of the uploads folder"));
    CHECK(last_line(end.out) ==
          "3 failed records, whole in " + dump.at("new") + "/.ffdump/failures.jsonl");
}

TEST_CASE("the list of failures can be narrowed and read by scripts") {
    const MadeDump dump(12);
    migrate_with_failures(dump);
    CHECK(run_ffdump({"failures", dump.at("new"), "--reason", "image_missing", "--ids"}).out ==
          "faces 3\nfaces 7\n");
    CHECK(run_ffdump({"failures", dump.at("new"), "--gallery", "others", "--ids"}).out.empty());
    const ChildEnd json = run_ffdump({"failures", dump.at("new"), "--json"});
    const nlohmann::json listing = nlohmann::json::parse(json.out);
    CHECK(listing.at("records") == 3);
    CHECK(listing.at("finished") == true);
    REQUIRE(listing.at("groups").size() == 2);
    CHECK(listing.at("groups").at(0).at("reason") == "image_missing");
    CHECK(listing.at("groups").at(0).at("first_ids") == nlohmann::json({"3", "7"}));
    CHECK(run_ffdump({"failures", dump.at("new"), "--reason", "image_misssing"}).code == 2);
}

TEST_CASE("the list of failures of an unfinished run is shown as such") {
    const MadeDump dump(12);
    migrate_with_failures(dump);
    const std::string part = dump.at("new/.ffdump/failures.jsonl.part");
    std::filesystem::rename(dump.at("new/.ffdump/failures.jsonl"), part);
    ChildEnd listed = run_ffdump({"failures", dump.at("new")});
    CHECK(listed.code == 0);
    CHECK(has(listed.out, "2 x image_missing"));
    CHECK(has(listed.out, "The run is not finished"));
    CHECK_FALSE(has(listed.out, "It is a retry"));
    std::filesystem::copy(part, dump.at("new/.ffdump/failures.jsonl"));
    CHECK(has(run_ffdump({"failures", dump.at("new")}).out,
              "It is a retry: what it has not come to yet is in " + dump.at("new")));
    std::filesystem::resize_file(part, std::filesystem::file_size(part) - 9);
    listed = run_ffdump({"failures", dump.at("new")});
    CHECK(listed.code == 0);
    CHECK(has(listed.out, "1 x image_missing"));
    CHECK(has(listed.out, "ends in the middle of a line"));
}

TEST_CASE("a list of failures that is torn is an input that cannot be read") {
    const MadeDump dump(12);
    migrate_with_failures(dump);
    const std::string list = dump.at("new/.ffdump/failures.jsonl");
    std::filesystem::resize_file(list, std::filesystem::file_size(list) - 9);
    const ChildEnd end = run_ffdump({"failures", dump.at("new")});
    INFO(end.err);
    CHECK(end.code == 4);
    CHECK(has(end.err, "failures.jsonl:3"));
    CHECK(has(end.err, "torn"));
}

TEST_CASE("a folder without a list of failures is an error and one without failures is not") {
    const MadeDump dump(2);
    const ChildEnd none = run_ffdump({"failures", dump.from()});
    INFO(none.err);
    CHECK(none.code == 4);
    CHECK(lines_of(none.err).size() == 1);
    static_cast<void>(dump.undisturbed());
    const ChildEnd clean = run_ffdump({"failures", dump.at("undisturbed")});
    CHECK(clean.code == 0);
    CHECK(last_line(clean.out) == "no failed records in " + dump.at("undisturbed"));
}

}  // namespace ffdump
