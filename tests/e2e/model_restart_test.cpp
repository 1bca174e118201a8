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

TEST_CASE("a retry with another model replaces no file before it met the run before") {
    const MadeDump dump(60, 8192);
    // A second gallery, of which the first two blocks failed as well.
    std::string text;
    for (std::size_t id = 101; id <= 150; ++id) {
        std::string line = MadeDump::record(id);
        line.insert(line.size() - 2, R"(,"pad":")" + std::string(8192, 'x') + "\"");
        text += line + "\n";
        dump.folder().write("uploads/" + MadeDump::image_name(id), face_png(id));
    }
    dump.folder().write("dump/second.json", text);
    const auto wanted = dump.undisturbed();
    const Simulator right(dump.service());
    // Little is read ahead, so that the first gallery is done before the second has shown anything.
    const Arguments narrow{"--retry-failed", "--set", "ffdump.limits.window_bytes=1MiB"};
    fs::create_directory(dump.at("away"));
    const auto is_failed = [](std::size_t id) { return id <= 60 || (id > 100 && id <= 140); };
    const auto move_all = [&](const std::string& from, const std::string& to) {
        for (std::size_t id = 1; id <= 150; ++id) {
            if (is_failed(id)) {
                fs::rename(dump.at(from + MadeDump::image_name(id)),
                           dump.at(to + MadeDump::image_name(id)));
            }
        }
    };
    move_all("uploads/", "away/");
    REQUIRE(run_ffdump(dump.migrate(right, "new", {"--accept-failures", "image_missing"})).code ==
            3);
    move_all("away/", "uploads/");
    const std::string before = file_bytes(dump.at("new/faces.json"));
    {
        const Simulator wrong(dump.service({"--fault", "model:other_16@1"}));
        const ChildEnd end = run_ffdump(dump.migrate(wrong, "new", in_batches("8", narrow)));
        INFO(end.err);
        CHECK(end.code == 7);
    }
    CHECK(file_bytes(dump.at("new/faces.json")) == before);
    const ChildEnd end = run_ffdump(
        dump.migrate(right, "new", in_batches("8", {"--retry-failed", "--rewind-to-canary"})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a gallery that is copied does not stand in the way of a rewind") {
    const MadeDump dump(120, 8192);
    std::string text;
    for (std::size_t id = 1001; id <= 1200; ++id) {
        std::string line = MadeDump::record(id);
        line.insert(line.size() - 2, R"(,"pad":")" + std::string(8192, 'x') + "\"");
        text += line + "\n";
    }
    dump.folder().write("dump/copied.json", text);  // larger, and so the first
    const std::string packing = GENERATE(as<std::string>{}, "none", "zstd:1");
    CAPTURE(packing);
    const Arguments options{"--set", "ffdump.galleries.copied.action=copy", "--compress", packing};
    {
        const Simulator wrong(wrong_service(dump, "8"));
        const ChildEnd end = run_ffdump(dump.migrate(wrong, "new", in_batches("8", options)));
        INFO(end.err);
        REQUIRE(end.code == 5);
    }
    const Simulator right(dump.service());
    CHECK(run_ffdump(dump.migrate(right, "new", in_batches("8", options))).code == 7);
    Arguments again = options;
    again.emplace_back("--rewind-to-canary");
    const ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches("8", again)));
    INFO(end.err);
    CHECK(end.code == 0);
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
