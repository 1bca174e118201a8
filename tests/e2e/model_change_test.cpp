// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 120;
constexpr std::size_t kPadding = 8192;  // four blocks
/// Often enough for a dump of this size.
const Arguments often{"--set", "ffdump.canaries.every_records=20"};

bool has_file(const MadeDump& dump, std::string_view name) {
    return std::filesystem::exists(dump.at(name));
}

Arguments with(Arguments arguments, const Arguments& more) {
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

/// By a service that is as it was.
void check_that_rewinding_gives(const MadeDump& dump,
                                const std::map<std::string, std::string>& wanted,
                                const Arguments& more = {}) {
    const Simulator service(dump.service());
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", with(with(often, {"--rewind-to-canary"}), more)));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

}  // namespace

TEST_CASE(
    "a model that changes in mid-run ends the run in doubt, and the doubtful part is redone") {
    const MadeDump dump(kRecords, kPadding);
    const auto wanted = dump.undisturbed();
    const std::string from = GENERATE(as<std::string>{}, "1", "12", "30", "45", "60");
    CAPTURE(from);
    {
        const Simulator service(dump.service({"--fault", "model:other_16@" + from}));
        const ChildEnd end = run_ffdump(dump.migrate(service, "new", often));
        INFO(end.err);
        if (from == "1") {
            // From the first answer on it is one model, though not that of the other service.
            CHECK(end.code == 0);
            return;
        }
        CHECK(end.code == 7);
        CHECK(has(end.err, "model_changed"));
        CHECK(has(end.err, "in doubt"));
        CHECK_FALSE(has_file(dump, "new/.ffdump/manifest.json"));
        CHECK_FALSE(has_file(dump, "new/faces.json"));
    }
    check_that_rewinding_gives(dump, wanted);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
    CHECK_FALSE(has_file(dump, "new/.ffdump/canaries"));
}

TEST_CASE("a run in doubt is not taken up as if nothing had been") {
    const MadeDump dump(kRecords, kPadding);
    {
        // Long behind the first check, long before the second: whole blocks are written between,
        // since no batch carries a sentinel.
        const Simulator service(dump.service({"--fault", "model:other_16@25"}));
        const ChildEnd end =
            run_ffdump(dump.migrate(service, "new", {"--set", "ffdump.canaries.sentinel_every=0"}));
        INFO(end.err);
        CHECK(end.code == 7);
        CHECK(has(end.err, "in doubt from record "));
        CHECK(has(end.err, " of faces.json)"));
        CHECK(has(end.err, "--rewind-to-canary"));
    }
    const Simulator service(dump.service());
    const ChildEnd refused = run_ffdump(dump.migrate(service, "new"));
    CHECK(refused.code == 7);
    CHECK(has(refused.err, "an earlier run ended in doubt"));
    CHECK(has(refused.err, "--rewind-to-canary"));
    CHECK(service.count("extract") == 0);
    CHECK(run_ffdump(dump.migrate(service, "new", {"--rewind-to-canary"})).code == 0);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("a file gets its final name when the last check has passed, and not before") {
    const MadeDump dump(20);
    const auto wanted = dump.undisturbed();
    // More canaries than there are images: no check is due but the last, which asks for all twenty
    // alone and then in batches. The records take 21 requests at most, however they are batched.
    const Simulator service(dump.service({"--fault", "model:other_16@22"}));
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new",
                                {"--workers", "1", "--set", "ffdump.canaries.sentinel_every=0",
                                 "--set", "ffdump.canaries.images=64"}));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK(has(end.err, "in doubt from record "));
    CHECK_FALSE(has_file(dump, "new/faces.json"));
    check_that_rewinding_gives(dump, wanted);
}

TEST_CASE("two models behind one address are noticed") {
    const MadeDump dump(kRecords, kPadding);
    const std::string share = GENERATE(as<std::string>{}, "5", "20", "50", "80");
    const std::string seed = GENERATE(as<std::string>{}, "1", "2", "3");
    CAPTURE(share, seed);
    const Simulator service(dump.service({"--fault", "model:other_16@1%" + share, "--seed", seed}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", often));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK_FALSE(has_file(dump, "new/faces.json"));
}

TEST_CASE("answers in another order than the images are noticed") {
    const MadeDump dump(kRecords, kPadding);
    const Simulator service(dump.service({"--fault", "swap@10"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", often));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK(has(end.err, "another order"));
}

TEST_CASE("a run is not taken up with another model, and nothing is extracted by it") {
    const MadeDump dump(kRecords, kPadding);
    const auto wanted = dump.undisturbed();
    {
        const Simulator service(dump.service({"--fault", "404@40"}));
        CHECK(run_ffdump(dump.migrate(service, "new", with(often, {"--give-up-after", "100ms"})))
                  .code == 5);
    }
    {
        const Simulator service(dump.service({"--fault", "model:other_16@1"}));
        const ChildEnd end = run_ffdump(dump.migrate(service, "new", often));
        INFO(end.err);
        CHECK(end.code == 7);
        // The canaries alone were sent: eight, alone and in two batches.
        CHECK(service.images_extracted() <= 16);
    }
    check_that_rewinding_gives(dump, wanted);
}

TEST_CASE("failures are not retried with another model than the rest was extracted with") {
    const MadeDump dump(20);
    const std::string image = file_bytes(dump.at("uploads/" + MadeDump::image_name(7)));
    dump.remove_image(7);
    {
        const Simulator service(dump.service());
        REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 3);
    }
    const auto before = dump_files(dump.at("new"));
    dump.folder().write("uploads/" + MadeDump::image_name(7), image);
    {
        const Simulator service(dump.service({"--fault", "model:other_16@1"}));
        const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--retry-failed"}));
        INFO(end.err);
        CHECK(end.code == 7);
        CHECK((dump_files(dump.at("new")) == before));
    }
    // The hint says: the same command with one word more.
    check_that_rewinding_gives(dump, dump.undisturbed(),
                               GENERATE(Arguments(), Arguments{"--retry-failed"}));
}

TEST_CASE("a run whose canaries are gone is not gone on with") {
    const MadeDump dump(kRecords, kPadding);
    {
        const Simulator service(dump.service({"--fault", "404@40"}));
        REQUIRE(run_ffdump(dump.migrate(service, "new", with(often, {"--give-up-after", "100ms"})))
                    .code == 5);
    }
    std::filesystem::remove(dump.at("new/.ffdump/canaries"));
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", often));
    CHECK(end.code == 4);
    CHECK(has(end.err, ".ffdump/canaries"));
    CHECK(service.images_extracted() == 0);
    // Whoever takes the risk can, and has it in the manifest.
    REQUIRE(run_ffdump(dump.migrate(service, "new", MadeDump::without_canaries())).code == 0);
    const auto manifest = nlohmann::json::parse(file_bytes(dump.at("new/.ffdump/manifest.json")));
    CHECK(manifest.at("opt_outs") == nlohmann::json::array({"no-canaries"}));
}

TEST_CASE("what was extracted without canaries is in the manifest, whatever is checked later") {
    const MadeDump dump(kRecords, kPadding);
    const std::string image = file_bytes(dump.at("uploads/" + MadeDump::image_name(7)));
    dump.remove_image(7);
    {
        const Simulator service(dump.service({"--fault", "404@20"}));
        REQUIRE(run_ffdump(
                    dump.migrate(service, "new",
                                 with(MadeDump::without_canaries(), {"--give-up-after", "100ms"})))
                    .code == 5);
    }
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 3);
    const bool retries = GENERATE(false, true);
    if (retries) {
        dump.folder().write("uploads/" + MadeDump::image_name(7), image);
        REQUIRE(run_ffdump(dump.migrate(service, "new", {"--retry-failed"})).code == 0);
    }
    const auto manifest = nlohmann::json::parse(file_bytes(dump.at("new/.ffdump/manifest.json")));
    CHECK(manifest.at("opt_outs") == nlohmann::json::array({"no-canaries"}));
}

TEST_CASE("a canary that gets no facen once does not end the run") {
    const MadeDump dump(24);
    const auto wanted = dump.undisturbed();
    const std::string kind =
        GENERATE(as<std::string>{}, "nan:0", "no-face:0", "400", "wrong-dimension");
    CAPTURE(kind);
    // The first check begins behind the sixth request at the latest; these meet some of it.
    const Simulator service(dump.service({"--fault", kind + "@12-12"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a run without canaries says so in the manifest") {
    const MadeDump dump(8);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new", MadeDump::without_canaries())).code == 0);
    const auto manifest = nlohmann::json::parse(file_bytes(dump.at("new/.ffdump/manifest.json")));
    CHECK(manifest.at("opt_outs") == nlohmann::json::array({"no-canaries"}));
    CHECK(service.images_extracted() == 8);
}

TEST_CASE("a service that takes small batches only is not taken for another model") {
    const MadeDump dump(40);
    const Simulator service(dump.service({"--reject-over-images", "3"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--batch-size", "8"}));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("canaries of a service that was wrong from the start do not stand in the way for ever") {
    const MadeDump dump(kRecords, kPadding);
    {
        const Simulator service(dump.service({"--fault", "model:other_16@1%50"}));
        REQUIRE(run_ffdump(dump.migrate(service, "new", often)).code == 7);
    }
    check_that_rewinding_gives(dump, dump.undisturbed());
}

TEST_CASE("canaries that a killed run left are removed by the next") {
    const MadeDump dump(8);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    dump.folder().write("new/.ffdump/canaries", "left");
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 0);
    CHECK_FALSE(has_file(dump, "new/.ffdump/canaries"));
}

}  // namespace ffdump
