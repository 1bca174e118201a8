// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {
namespace {

std::size_t count_of(std::string_view part, std::string_view text) {
    std::size_t count = 0;
    for (std::size_t at = text.find(part); at != std::string_view::npos;
         at = text.find(part, at + 1)) {
        ++count;
    }
    return count;
}

std::string servers(const std::string& one, const std::string& other) {
    return "extraction-api.extraction-api=['" + one + "','" + other + "']";
}

/// What is left out is a warning.
Arguments with_warnings(Arguments arguments) {
    std::ranges::replace(arguments, "error", "warning");
    return arguments;
}

}  // namespace

TEST_CASE("several servers share the work, and each is met by the checks of the model") {
    const MadeDump dump(120);
    const Simulator first(dump.service({"--delay-ms", "2"}));
    const Simulator second(dump.service({"--delay-ms", "2"}));
    const ChildEnd end = run_ffdump(dump.migrate(
        first, "new", {"--set", servers(first.url(), second.url()), "--workers", "4"}));
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(first.images_extracted() >= 30);
    CHECK(second.images_extracted() >= 30);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("servers with different models end the run, and both are named, whichever came first") {
    const MadeDump dump(120);
    const Simulator first(dump.service());
    const Simulator second(dump.service({"--fault", "model:other_16@1"}));
    const bool is_wrong_first = GENERATE(false, true);
    CAPTURE(is_wrong_first);
    const std::string both =
        is_wrong_first ? servers(second.url(), first.url()) : servers(first.url(), second.url());
    const ChildEnd end = run_ffdump(dump.migrate(first, "new", {"--set", both}));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK(has(end.err, "model_changed"));
    const auto says = [&](const Simulator& one, const Simulator& other) {
        return has(end.err, "first by extraction-api " + one.url() + ", now by extraction-api " +
                                other.url());
    };
    CHECK((says(first, second) || says(second, first)));
    CHECK_FALSE(std::filesystem::exists(dump.at("new/faces.json")));
}

TEST_CASE("a run goes on with the other server when one is not there") {
    const MadeDump dump(120);
    const Simulator first(dump.service());
    Simulator second(dump.service());
    const std::string gone = second.url();
    second.kill();
    const ChildEnd end = run_ffdump(
        with_warnings(dump.migrate(first, "new", {"--set", servers(gone, first.url())})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(count_of("extraction-api " + gone + " is left out until it answers: ", end.err) == 1);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("a server that refuses is left out while another works, whichever is asked first") {
    const MadeDump dump(60);
    const Simulator works(dump.service());
    const Simulator refuses(dump.service({"--fault", "404@1"}));
    const bool refuses_first = GENERATE(false, true);
    CAPTURE(refuses_first);
    const std::string both =
        refuses_first ? servers(refuses.url(), works.url()) : servers(works.url(), refuses.url());
    const ChildEnd end =
        run_ffdump(with_warnings(dump.migrate(works, "new", {"--set", both, "--workers", "1"})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(has(end.err, refuses.url() + " is left out until it answers: status 404"));
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("a server that finds no faces where it found some is not excused by one that does") {
    const MadeDump dump(120);
    const Simulator slow(dump.service({"--delay-ms", "100"}));
    const Simulator ill(dump.service({"--fault", "no-face:all@3"}));
    const bool has_canaries = GENERATE(false, true);
    CAPTURE(has_canaries);
    const Arguments options{
        "--set", servers(slow.url(), ill.url()), "--workers", "4", "--give-up-after", "500ms"};
    const ChildEnd end = run_ffdump(
        dump.migrate(slow, "new", has_canaries ? options : MadeDump::without_canaries(options)));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "gets none now by extraction-api " + ill.url()));
    CHECK(file_bytes(dump.at("new/.ffdump/failures.jsonl.part")).empty());
}

TEST_CASE("servers that all refuse from the start end the run at once") {
    const MadeDump dump(60);
    const Simulator one(dump.service({"--fault", "404@1"}));
    const Simulator other(dump.service({"--fault", "401@1"}));
    const ChildEnd end =
        run_ffdump(dump.migrate(one, "new", {"--set", servers(one.url(), other.url())}));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "service_refuses"));
    CHECK(one.count("extract") + other.count("extract") < 20);
}

TEST_CASE("what a server gave before it went away is not vouched for by others unasked") {
    const MadeDump dump(60);
    const auto wanted = dump.undisturbed();
    const std::size_t from = GENERATE(range<std::size_t>(2, 8));
    CAPTURE(from);
    const Simulator first(dump.service());
    const Simulator second(dump.service(
        {"--fault", "model:other_16@" + std::to_string(from) + "-" + std::to_string(from + 1),
         "--fault", "503@" + std::to_string(from + 2)}));
    const ChildEnd end = run_ffdump(
        dump.migrate(first, "new",
                     {"--set", servers(first.url(), second.url()), "--workers", "1", "--set",
                      "ffdump.canaries.sentinel_every=0", "--set", "ffdump.canaries.images=2"}));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK_FALSE(std::filesystem::exists(dump.at("new/faces.json")));
}

}  // namespace ffdump
