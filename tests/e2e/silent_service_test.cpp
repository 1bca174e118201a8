// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <string>

// A service that answers without a facen for any image: a GPU without memory, a detector that was
// not loaded. Its canaries tell of a service that is to be waited for, and not of another model.

namespace ffdump {
namespace {

/// The checks are the only requests that meet the canaries.
const Arguments without_sentinels{"--set", "ffdump.canaries.sentinel_every=0"};

}  // namespace

TEST_CASE("a check in which nobody gets a facen waits for the service") {
    const MadeDump dump(24);
    const auto wanted = dump.undisturbed();
    const std::string kind = GENERATE(as<std::string>{}, "no-face:all", "nan:all", "not-base64:all",
                                      "zero-vector:all", "400");
    CAPTURE(kind);
    // Six batches of records at most; what comes then are the checks.
    const Simulator service(dump.service({"--fault", kind + "@12-60"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", without_sentinels));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a run is taken up by a service without facens when it has them again, or not at all") {
    const MadeDump dump(60);
    const auto wanted = dump.undisturbed();
    {
        const Simulator service(dump.service({"--fault", "503@10"}));
        REQUIRE(run_ffdump(dump.migrate(service, "new", {"--give-up-after", "100ms"})).code == 5);
    }
    const bool is_for_good = GENERATE(false, true);
    CAPTURE(is_for_good);
    const Simulator service(
        dump.service({"--fault", is_for_good ? "no-face:all@1" : "no-face:all@1-40"}));
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new", {"--give-up-after", is_for_good ? "300ms" : "20s"}));
    INFO(end.err);
    CHECK(end.code == (is_for_good ? 5 : 0));
    if (is_for_good) {
        CHECK(has(end.err, "an image that had a facen before gets none now"));
        const Simulator mended(dump.service());
        REQUIRE(run_ffdump(dump.migrate(mended, "new")).code == 0);
    }
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("one canary that is refused for good puts a run in doubt while others get their facens") {
    const MadeDump dump(40);
    // The first image becomes a canary whatever the pace; no record needs it any more by then.
    const std::string fault = "no-face:sha256=" + MadeDump::image_sha256(1) + "@" +
                              GENERATE(as<std::string>{}, "12", "14", "20");
    CAPTURE(fault);
    const Simulator service(dump.service({"--fault", fault}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--workers", "1"}));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK(has(end.err, "the image of record 1 had a facen before and gets none now"));
}

TEST_CASE("a model with facens of another length is another model, not a silent service") {
    const MadeDump dump(150);
    const Arguments more = GENERATE(Arguments(), Arguments{"--batch-size", "1"});
    const Simulator service(dump.service({"--fault", "wrong-dimension:all@40"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", more));
    INFO(end.err);
    CHECK(end.code == 7);
}

TEST_CASE("a signal ends the wait for a service without facens at once") {
    const MadeDump dump(60);
    const auto wanted = dump.undisturbed();
    const int signal = GENERATE(SIGINT, SIGTERM);
    const std::string from = GENERATE(as<std::string>{}, "8", "30");
    CAPTURE(signal, from);
    {
        const Simulator service(dump.service({"--fault", "no-face:all@" + from}));
        const auto began = std::chrono::steady_clock::now();
        const auto end =
            stopped_run(service, dump.migrate(service, "new"), std::stoul(from) + 20, signal);
        REQUIRE(end);
        INFO(end->err);
        CHECK(end->code == 128 + signal);
        CHECK(std::chrono::steady_clock::now() - began < std::chrono::seconds(10));
    }
    const Simulator service(dump.service());
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

}  // namespace ffdump
