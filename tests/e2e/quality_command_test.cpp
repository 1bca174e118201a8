// SPDX-License-Identifier: Apache-2.0
#include "ffdump_run.hpp"
#include "quality/made_people.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace ffdump {
namespace {

ChildEnd quality(const MadePeople& people, const Arguments& more) {
    Arguments arguments{
        "quality", "--from", people.folder().at("old"), "--to", people.folder().at("new"),
        "--quiet"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_ffdump(arguments);
}

}  // namespace

TEST_CASE("quality names records that leave their group, in JSON and in msgpack dumps") {
    const MadePeople people({.people = 100, .swapped = 0.02});
    if (GENERATE(false, true)) {
        people.write_msgpack();
    }
    const ChildEnd end = quality(people, {"--group-by", "meta.person", "--json"});
    INFO(end.err);
    CHECK(end.code == 0);
    std::set<std::uint64_t> named;
    const nlohmann::json report = nlohmann::json::parse(end.out);
    for (const nlohmann::json& outlier : report.at("galleries").at(0).at("leaving")) {
        named.insert(std::stoull(outlier.at("record_id").get<std::string>()));
    }
    CHECK((named == people.swapped));
    CHECK(quality(people, {"--group-by", "meta.person", "--strict"}).code == 3);
}

TEST_CASE("quality draws the same sample again by the seed that it printed") {
    const MadePeople people({.people = 100});
    const ChildEnd first = quality(people, {"--sample", "100", "--json"});
    const std::string seed = nlohmann::json::parse(first.out).at("seed");
    CHECK(quality(people, {"--sample", "100", "--json", "--seed", seed}).out == first.out);
    CHECK(quality(people, {"--sample", "100", "--json", "--seed", "1"}).out != first.out);
}

TEST_CASE("quality that measured nothing says so, and fails when it is strict") {
    const MadePeople people({.people = 30});
    const ChildEnd end = quality(people, {"--group-by", "meta.persno"});
    CHECK(end.code == 0);
    CHECK(last_line(end.out) == "nothing was measured: all galleries were left out");
    CHECK(quality(people, {"--group-by", "meta.persno", "--strict"}).code == 3);
    CHECK(quality(people, {"--group-by", "meta.person", "--strict"}).code == 0);
    CHECK(quality(people, {"--group-by", "meta..person"}).code == 2);
    CHECK(quality(people, {"--sample", "5"}).code == 2);
}

TEST_CASE("a report that cannot be written is told with 6, and leaves nothing behind") {
    const MadePeople people({.people = 30});
    const std::string folder = people.folder().at("report.html");
    std::filesystem::create_directory(folder);
    const ChildEnd end = quality(people, {"--report", folder});
    CHECK(end.code == 6);
    CHECK(has(end.err, "writing the report"));
    CHECK_FALSE(std::filesystem::exists(folder + ".new"));
}

}  // namespace ffdump
