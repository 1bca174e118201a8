// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>

namespace ffdump {
namespace {

/// A dump whose header states how many records follow.
class CountingDump : public MadeDump {
 public:
    explicit CountingDump(std::size_t count) : MadeDump(count) {
        const std::string header =
            R"({"count":)" + std::to_string(count) + R"(,"gallery":"faces"})" + "\n";
        folder().write("dump/faces.json", header + file_bytes(at("dump/faces.json")));
    }
};

std::string first_line(const MadeDump& dump) {
    const std::string text = file_bytes(dump.at("new/faces.json"));
    return text.substr(0, text.find('\n'));
}

}  // namespace

TEST_CASE("a count in front of the records is that of the new dump, and of a retry again") {
    const CountingDump dump(10);
    const auto wanted = dump.undisturbed();
    CHECK(wanted.at("faces.json").starts_with(R"({"count":10,"gallery":"faces"})"));
    const std::string image = dump.at("uploads/" + MadeDump::image_name(5));
    std::filesystem::rename(image, dump.at("away.png"));
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    REQUIRE(end.code == 3);
    CHECK(first_line(dump) == R"({"count":9 ,"gallery":"faces"})");
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (1 record failed, 0 excluded)");
    CHECK(run_ffdump({"inspect", dump.at("new")}).code == 0);

    std::filesystem::rename(dump.at("away.png"), image);
    const ChildEnd retried = run_ffdump(dump.migrate(service, "new", {"--retry-failed"}));
    INFO(retried.err);
    CHECK(retried.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("verify tells a count in front of the records that is wrong, or spelled otherwise") {
    const CountingDump dump(10);
    dump.remove_image(5);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 3);
    const std::string path = dump.at("new/faces.json");
    const std::string text = file_bytes(path);
    const std::string records = text.substr(text.find('\n'));
    for (const char* const header :
         {R"({"count":10,"gallery":"faces"})", R"({"count":9,"gallery":"faces"})",
          R"({"count": 9,"gallery":"faces"})", R"({"count":9  ,"gallery":"faces"})"}) {
        CAPTURE(header);
        dump.folder().write("new/faces.json", header + records);
        CHECK(has(last_line(verify(dump.from(), dump.at("new")).out), "not restorable"));
    }
    dump.folder().write("new/faces.json", text);
    CHECK(has(last_line(verify(dump.from(), dump.at("new")).out), "restorable (1 record"));
}

TEST_CASE("a run over a file with a count in front that is killed is finished") {
    const CountingDump dump(120);
    const std::string packing = GENERATE("none", "zstd", "gzip");
    const std::size_t moment = GENERATE(std::size_t{1}, std::size_t{25});
    CAPTURE(packing, moment);
    for (std::size_t id = 1; id <= 120; id += 5) {
        dump.remove_image(id);
    }
    const Simulator service(dump.service({"--delay-ms", "10"}));
    const Arguments command = dump.migrate(service, "new",
                                           {"--batch-size", "2", "--workers", "2", "--compress",
                                            packing, "--accept-failures", "image_missing"});
    REQUIRE(stopped_run(service, command, moment, packing == "none" ? SIGINT : SIGKILL));
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (24 records failed, 0 excluded)");
    if (packing == "none") {
        CHECK(first_line(dump) == R"({"count":96 ,"gallery":"faces"})");
    }
    CHECK(run_ffdump({"inspect", dump.at("new")}).code == 0);
}

}  // namespace ffdump
