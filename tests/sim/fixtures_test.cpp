// SPDX-License-Identifier: Apache-2.0
#include "extraction_dialogue.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>
#include <nlohmann/json.hpp>

#include <filesystem>
#include <map>
#include <set>
#include <string>
#include <vector>

namespace ffdump {

namespace {

using Tree = std::map<std::string, std::string>;
using nlohmann::json;

/// A file or folder of the committed fixtures.
std::filesystem::path fixture(const std::string& name) {
    return std::filesystem::path(FFDUMP_SOURCE_DIR "/fixtures") / name;
}

Tree made_by(const std::string& script, const ScratchFolder& scratch) {
    const ChildEnd end = run_child({"/usr/bin/env",
                                    {"python3", fixture(script).string(), "--out", scratch.text()},
                                    {},
                                    {},
                                    {}});
    INFO(end.err);
    REQUIRE(end.code == 0);
    return tree_bytes(scratch.path());
}

void check_same(const Tree& made, const Tree& committed) {
    std::set<std::string> names;
    for (const Tree* tree : {&made, &committed}) {
        for (const auto& [name, bytes] : *tree) {
            names.insert(name);
        }
    }
    for (const std::string& name : names) {
        INFO(name);
        CHECK(made.contains(name));
        CHECK(committed.contains(name));
        if (made.contains(name) && committed.contains(name)) {
            CHECK((made.at(name) == committed.at(name)));  // bytes are no use in a message
        }
    }
}

/// Asks the double for one image of the demo.
json response_to(RawClient& client, const std::string& name) {
    const RawAnswer answer = client.ask(v1_request({file_bytes(fixture("demo/uploads") / name)}));
    REQUIRE(answer.status == 200);
    return json::parse(answer.body).at("responses").at(0);
}

}  // namespace

TEST_CASE("the demo's script makes what is committed, byte for byte") {
    const ScratchFolder scratch;
    Tree committed = tree_bytes(fixture("demo"));
    std::erase_if(committed, [](const auto& file) {
        return !file.first.starts_with("dump/") && !file.first.starts_with("uploads/");
    });
    CHECK(committed.size() == 281);
    check_same(made_by("make_demo.py", scratch), committed);
    for (const auto& [name, bytes] : committed) {
        INFO(name);
        CHECK((name.starts_with("dump/") || bytes.size() < 1500));
    }
}

TEST_CASE("the damaged dumps' script makes what is committed, byte for byte") {
    const ScratchFolder scratch;
    check_same(made_by("make_damaged.py", scratch), tree_bytes(fixture("damaged")));
}

TEST_CASE("the fuzzers' script makes the seeds that are committed, byte for byte") {
    const ScratchFolder scratch;
    check_same(made_by("make_fuzz.py", scratch), tree_bytes(fixture("fuzz/seeds")));
}

TEST_CASE("each image of the demo's objects gives the double what README says of it") {
    const json objects = json::parse(file_bytes(fixture("demo/dump/ffsec_face_objects.json")));
    REQUIRE(objects.size() == 60);
    const Simulator simulator;
    RawClient client(simulator.port());
    for (std::size_t i = 0; i < objects.size(); ++i) {
        const std::string name = objects[i].at("meta").at("normalized_id");
        INFO("record " << i << " " << name);
        if (i == 17) {
            CHECK(name.empty());
        } else if (i == 49) {
            CHECK(name.starts_with("../"));
        } else if (i == 9) {
            CHECK_FALSE(std::filesystem::exists(fixture("demo/uploads") / name));
        } else if (i == 25) {
            CHECK(response_to(client, name).at("error").at("code") == "IMAGE_DECODING_FAILED");
        } else {
            const std::map<std::size_t, std::size_t> unusual{{33, 0}, {41, 2}};
            const std::size_t faces = unusual.contains(i) ? unusual.at(i) : 1;
            CHECK(response_to(client, name).at("faces").size() == faces);
        }
    }
}

TEST_CASE("every event of the demo has an image with one face, all facens differ") {
    const Simulator simulator;
    RawClient client(simulator.port());
    std::istringstream lines(file_bytes(fixture("demo/dump/ffsec_face_events.json")));
    std::set<std::string> facens;
    std::set<std::uint64_t> ids;
    for (std::string line; std::getline(lines, line);) {
        const json record = json::parse(line);
        ids.insert(record.at("id").get<std::uint64_t>());
        CHECK(length(floats_of(record.at("facen").get<std::string>())) == Approx(1).margin(1e-6));
        const json response = response_to(client, record.at("meta").at("normalized_id"));
        INFO(record.at("id"));
        REQUIRE(response.at("faces").size() == 1);
        facens.insert(response.at("faces")[0].at("facen").get<std::string>());
    }
    CHECK(facens.size() == 200);
    CHECK(ids.size() == 200);
    CHECK(ids.contains(0));
    CHECK(ids.contains((std::uint64_t{1} << 53U) + 1));
    CHECK(ids.contains(~std::uint64_t{0}));
}

}  // namespace ffdump
