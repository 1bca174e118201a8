// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// The new dump of an undisturbed run without the record of one id.
std::string without_record(const MadeDump& dump, std::size_t id) {
    std::string text;
    for (const std::string& line : lines_of(dump.undisturbed().at("faces.json"))) {
        if (nlohmann::json::parse(line).at("id") != id) {
            text += line + "\n";
        }
    }
    return text;
}

void check_that_only_fails(const MadeDump& dump, std::size_t id, const std::string& reason) {
    const auto failures = failures_of(dump.at("new"));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].at("id") == std::to_string(id));
    CHECK(failures[0].at("reason") == reason);
    CHECK(failures[0].at("record") == MadeDump::record(id));
    CHECK((file_bytes(dump.at("new/faces.json")) == without_record(dump, id)));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (1 record failed, 0 excluded)");
}

}  // namespace

TEST_CASE("an image that makes its batch fail is found with few requests and fails alone") {
    const MadeDump dump(8);
    const std::size_t bad = GENERATE(std::size_t{1}, std::size_t{4}, std::size_t{8});
    const Simulator service(dump.service({"--poison-sha256", MadeDump::image_sha256(bad)}));
    const ChildEnd end = run_ffdump(dump.migrate(
        service, "new", MadeDump::without_canaries({"--batch-size", "8", "--workers", "1"})));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(service.count("extract") <= 1 + 7);
    check_that_only_fails(dump, bad, "extraction_rejected");
}

TEST_CASE("an image that extraction-api answers by 5xx alone fails alone, wherever it stands") {
    const MadeDump dump(24);
    const std::size_t bad = GENERATE(std::size_t{1}, std::size_t{14}, std::size_t{24});
    const std::string workers = GENERATE(as<std::string>{}, "1", "3");
    CAPTURE(bad, workers);
    const Simulator service(
        dump.service({"--poison-sha256", MadeDump::image_sha256(bad), "--poison-status", "500"}));
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new",
                     MadeDump::without_canaries({"--workers", workers, "--give-up-after", "20s"})));
    INFO(end.err);
    CHECK(end.code == 3);
    check_that_only_fails(dump, bad, "extraction_rejected");
}

TEST_CASE("a record whose facen is never valid fails alone") {
    const MadeDump dump(8);
    const std::string kind =
        GENERATE(as<std::string>{}, "nan", "zero-vector", "wrong-dimension", "bad-norm");
    CAPTURE(kind);
    const Simulator service(
        dump.service({"--fault", kind + ":sha256=" + MadeDump::image_sha256(5)}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--batch-size", "8"}));
    INFO(end.err);
    CHECK(end.code == 3);
    check_that_only_fails(dump, 5, "facen_invalid");
}

}  // namespace ffdump
