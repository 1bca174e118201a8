// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <filesystem>

namespace ffdump {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecords = 60;
constexpr std::size_t kAway = 20;

/// A service of another model, which is out after its first answer, or after the first few where
/// one facen alone does not tell how long they all are.
Arguments wrong_service(const MadeDump& dump, const std::string& size) {
    return {"--images",    dump.at("uploads"),
            "--model",     "other_16",
            "--dimension", "16",
            "--fault",     size == "1" ? "503@5" : "503@2"};
}

Arguments in_batches(const std::string& size, const Arguments& more = {}) {
    Arguments arguments{"--workers", "1", "--batch-size", size, "--give-up-after", "100ms"};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return arguments;
}

std::map<std::string, std::string> without_lock(std::map<std::string, std::string> tree) {
    tree.erase(".ffdump/lock");  // says who has it, and since when
    return tree;
}

/// A finished run whose first records failed; their images have come back since.
void fail_the_first(const MadeDump& dump, const Simulator& service, std::size_t count) {
    fs::create_directory(dump.at("away"));
    const auto move_all = [&](const std::string& from, const std::string& to) {
        for (std::size_t i = 1; i <= count; ++i) {
            fs::rename(dump.at(from + MadeDump::image_name(i)),
                       dump.at(to + MadeDump::image_name(i)));
        }
    };
    move_all("uploads/", "away/");
    REQUIRE(run_ffdump(dump.migrate(service, "new", {"--accept-failures", "image_missing"})).code ==
            3);
    move_all("away/", "uploads/");
}

}  // namespace

TEST_CASE("a run that another model began is not gone on with, and is redone by a rewind") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "1", "4", "8");
    CAPTURE(size);
    {
        const Simulator wrong(wrong_service(dump, size));
        const ChildEnd end = run_ffdump(dump.migrate(wrong, "new", in_batches(size)));
        INFO(end.err);
        REQUIRE(end.code == 5);
    }
    const Simulator right(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches(size)));
    INFO(end.err);
    CHECK(end.code == 7);
    CHECK(has(end.err, "model_changed"));
    CHECK_FALSE(fs::exists(dump.at("new/.ffdump/manifest.json")));
    const ChildEnd redone =
        run_ffdump(dump.migrate(right, "new", in_batches(size, {"--rewind-to-canary"})));
    INFO(redone.err);
    CHECK(redone.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a retry that another model began keeps nothing of it") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "1", "4", "8");
    CAPTURE(size);
    const Simulator right(dump.service());
    fail_the_first(dump, right, kAway);
    {
        const Simulator wrong(wrong_service(dump, size));
        const ChildEnd end =
            run_ffdump(dump.migrate(wrong, "new", in_batches(size, {"--retry-failed"})));
        INFO(end.err);
        REQUIRE((end.code == 5 || end.code == 7));
    }
    ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches(size, {"--retry-failed"})));
    INFO(end.err);
    if (end.code == 7) {
        end = run_ffdump(
            dump.migrate(right, "new", in_batches(size, {"--retry-failed", "--rewind-to-canary"})));
        INFO(end.err);
    }
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a retry with another model is noticed however many records failed before the others") {
    const MadeDump dump(120, 8192);  // four blocks, of which two failed
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "1", "4", "8");
    CAPTURE(size);
    const Simulator right(dump.service());
    fail_the_first(dump, right, 70);
    {
        const Simulator wrong(dump.service({"--fault", "model:other_16@1"}));
        const ChildEnd end =
            run_ffdump(dump.migrate(wrong, "new", in_batches(size, {"--retry-failed"})));
        INFO(end.err);
        CHECK(end.code == 7);
    }
    const ChildEnd end = run_ffdump(
        dump.migrate(right, "new", in_batches(size, {"--retry-failed", "--rewind-to-canary"})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a rewind that is meant for another run makes nothing void") {
    const MadeDump dump(kRecords);
    {
        const Simulator service(dump.service({"--fault", "503@6"}));
        REQUIRE(run_ffdump(dump.migrate(service, "new", in_batches("4"))).code == 5);
    }
    const Simulator service(dump.service());
    const auto before = without_lock(tree_bytes(dump.at("new")));
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", {"--rewind-to-canary", "--model", "other_16"}));
    INFO(end.err);
    CHECK(end.code == 2);
    CHECK((without_lock(tree_bytes(dump.at("new"))) == before));
}

}  // namespace ffdump
