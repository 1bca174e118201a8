// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <numeric>
#include <vector>

namespace ffdump {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecords = 60;

Arguments another_service(const MadeDump& dump) {
    return {"--images", dump.at("uploads"), "--model", "other_16", "--dimension", "16"};
}

/// A service of another model, which is out after its first answer, or after the first few where
/// one facen alone does not tell how long they all are.
Arguments wrong_service(const MadeDump& dump, const std::string& size) {
    Arguments arguments = another_service(dump);
    arguments.insert(arguments.end(), {"--fault", size == "1" ? "503@5" : "503@2"});
    return arguments;
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

void move_images(const MadeDump& dump, const std::vector<std::size_t>& ids, const std::string& from,
                 const std::string& to) {
    fs::create_directory(dump.at(to));
    for (const std::size_t id : ids) {
        const std::string name = MadeDump::image_name(id);
        fs::rename(dump.at(from) + "/" + name, dump.at(to) + "/" + name);
    }
}

/// A finished run in which these records failed; their images have come back since.
void fail(const MadeDump& dump, const Simulator& service, const std::vector<std::size_t>& ids) {
    move_images(dump, ids, "uploads", "away");
    REQUIRE(run_ffdump(dump.migrate(service, "new", {"--accept-failures", "image_missing"})).code ==
            3);
    move_images(dump, ids, "away", "uploads");
}

std::vector<std::size_t> from_to(std::size_t first, std::size_t last) {
    std::vector<std::size_t> ids(last - first + 1);
    std::iota(ids.begin(), ids.end(), first);
    return ids;
}

/// Another model from the first answer to the last: the retry ends in doubt.
void retry_with_another_model(const MadeDump& dump, const std::string& size,
                              const Arguments& more = {}) {
    const Simulator wrong(dump.service({"--fault", "model:other_16@1"}));
    Arguments command = dump.migrate(wrong, "new", in_batches(size, {"--retry-failed"}));
    command.insert(command.end(), more.begin(), more.end());
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 7);
}

void check_that_it_is(const MadeDump& dump, const std::map<std::string, std::string>& wanted) {
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

/// By a service that is as it was.
void check_that_rewinding_gives(const MadeDump& dump, const std::string& size,
                                const std::map<std::string, std::string>& wanted,
                                const Arguments& more = {}) {
    const Simulator right(dump.service());
    Arguments command = dump.migrate(right, "new", in_batches(size, {"--rewind-to-canary"}));
    command.insert(command.end(), more.begin(), more.end());
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    check_that_it_is(dump, wanted);
}

/// A further gallery of records that are read in blocks of some thirty.
void add_gallery(const MadeDump& dump, const std::string& name,
                 const std::vector<std::size_t>& ids) {
    std::string text;
    for (const std::size_t id : ids) {
        std::string line = MadeDump::record(id);
        line.insert(line.size() - 2, R"(,"pad":")" + std::string(8192, 'x') + "\"");
        text += line + "\n";
        dump.folder().write("uploads/" + MadeDump::image_name(id), face_png(id));
    }
    dump.folder().write("dump/" + name + ".json", text);
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
    check_that_rewinding_gives(dump, size, wanted);
}

TEST_CASE("a run that another model began is not gone on with when its images are gone since") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "4", "8");
    CAPTURE(size);
    {
        const Simulator wrong(wrong_service(dump, size));
        REQUIRE(run_ffdump(dump.migrate(wrong, "new", in_batches(size))).code == 5);
        REQUIRE(wrong.images_extracted() == std::stoul(size));
    }
    // What was extracted cannot be asked for again: the canaries alone tell.
    const std::vector<std::size_t> extracted = from_to(1, std::stoul(size));
    move_images(dump, extracted, "uploads", "away");
    {
        const Simulator right(dump.service());
        const ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches(size)));
        INFO(end.err);
        CHECK(end.code == 7);
        CHECK(has(end.err, "model_changed"));
        CHECK_FALSE(fs::exists(dump.at("new/.ffdump/manifest.json")));
    }
    move_images(dump, extracted, "away", "uploads");
    check_that_rewinding_gives(dump, size, wanted);
}

TEST_CASE("facens of which no canaries could be kept are not kept either") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    dump.folder().write("new/.ffdump/canaries.new/in_the_way", "");
    {
        const Simulator wrong(another_service(dump));
        const ChildEnd end = run_ffdump(dump.migrate(wrong, "new", in_batches("4")));
        INFO(end.err);
        CHECK(end.code == 6);
        CHECK(has(end.err, "canaries"));
    }
    fs::remove_all(dump.at("new/.ffdump/canaries.new"));
    // Nothing is left of the other model, so that there is nothing to doubt.
    const Simulator right(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches("4")));
    INFO(end.err);
    CHECK(end.code == 0);
    check_that_it_is(dump, wanted);
}

TEST_CASE("what another model gave in between is not vouched for by the first one") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    // Of batches of one none carries a sentinel. The canaries are asked for once, by 17 requests.
    {
        const Simulator changing(
            dump.service({"--fault", "model:other_16@30", "--fault", "503@45"}));
        const ChildEnd end = run_ffdump(dump.migrate(changing, "new", in_batches("1")));
        INFO(end.err);
        REQUIRE(end.code == 5);
    }
    const Simulator right(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(right, "new", in_batches("1")));
    INFO(end.err);
    CHECK(end.code == 7);
    check_that_rewinding_gives(dump, "1", wanted);
}

TEST_CASE("a retry that another model began keeps nothing of it") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "1", "4", "8");
    CAPTURE(size);
    const Simulator right(dump.service());
    fail(dump, right, from_to(1, 20));
    {
        const Simulator wrong(wrong_service(dump, size));
        const ChildEnd end =
            run_ffdump(dump.migrate(wrong, "new", in_batches(size, {"--retry-failed"})));
        INFO(end.err);
        REQUIRE((end.code == 5 || end.code == 7));
    }
    const ChildEnd end =
        run_ffdump(dump.migrate(right, "new", in_batches(size, {"--retry-failed"})));
    INFO(end.err);
    if (end.code == 7) {  // the doubt was noted, as records had been written by then
        check_that_rewinding_gives(dump, size, wanted, {"--retry-failed"});
        return;
    }
    CHECK(end.code == 0);
    check_that_it_is(dump, wanted);
}

TEST_CASE("a retry with another model is noticed however many records failed before the others") {
    const MadeDump dump(120, 8192);  // four blocks, of which two failed
    const auto wanted = dump.undisturbed();
    const std::string size = GENERATE(as<std::string>{}, "1", "4", "8");
    CAPTURE(size);
    fail(dump, Simulator(dump.service()), from_to(1, 70));
    retry_with_another_model(dump, size);
    check_that_rewinding_gives(dump, size, wanted, {"--retry-failed"});
}

TEST_CASE("a retry with another model replaces no file before it met the run before") {
    const MadeDump dump(60, 8192);
    add_gallery(dump, "second", from_to(101, 150));
    const auto wanted = dump.undisturbed();
    // The whole first gallery, and more than a block of the second.
    std::vector<std::size_t> failed = from_to(1, 60);
    const std::vector<std::size_t> more = from_to(101, 140);
    failed.insert(failed.end(), more.begin(), more.end());
    fail(dump, Simulator(dump.service()), failed);
    const std::string before = file_bytes(dump.at("new/faces.json"));
    // Little is read ahead, so that the first gallery is done before the second has shown anything.
    retry_with_another_model(dump, "8", {"--set", "ffdump.limits.window_bytes=1MiB"});
    CHECK(file_bytes(dump.at("new/faces.json")) == before);
    check_that_rewinding_gives(dump, "8", wanted, {"--retry-failed"});
}

TEST_CASE("a gallery that is copied does not stand in the way of a rewind") {
    const MadeDump dump(120, 8192);
    add_gallery(dump, "copied", from_to(1001, 1200));  // larger, and so the first
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
