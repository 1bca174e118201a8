// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"
#include "support/file_changes.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <cstdint>
#include <filesystem>
#include <fstream>
#include <sys/inotify.h>

namespace ffdump {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kRecords = 12;

/// A complete run with one failed record, whose image has come back since.
struct FailedOnce {
    MadeDump dump{kRecords};
    std::map<std::string, std::string> wanted = dump.undisturbed();
    Simulator service{dump.service()};
    fs::path state = dump.at("new/.ffdump");

    FailedOnce() {
        const fs::path image = dump.at("uploads/" + MadeDump::image_name(5));
        fs::rename(image, dump.at("away.png"));
        if (const ChildEnd end = run_ffdump(dump.migrate(service, "new")); end.code != 3) {
            throw std::runtime_error("the run with a missing image: " + end.err);
        }
        fs::rename(dump.at("away.png"), image);
    }
    /// A retry that ends before it has an answer.
    void begin_retry() const {
        Simulator gone(dump.service());
        gone.kill();
        REQUIRE(
            run_ffdump(dump.migrate(gone, "new", {"--retry-failed", "--give-up-after", "100ms"}))
                .code == 5);
    }
    [[nodiscard]] ChildEnd retry() const {
        return run_ffdump(dump.migrate(service, "new", {"--retry-failed"}));
    }
};

}  // namespace

TEST_CASE_METHOD(FailedOnce,
                 "a retry that was killed before it began is made by the same command") {
    fs::rename(state / "manifest.json", state / "manifest.prev.json");
    SECTION("with the journal in its place") {}
    SECTION("with the journal put aside") {
        fs::rename(state / "journal", state / "journal.prev");
    }
    CHECK(retry().code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE_METHOD(FailedOnce, "a retry keeps nothing of an earlier file that is damaged") {
    const char* const name = GENERATE("new/faces.json", "new/.ffdump/failures.jsonl");
    const fs::path file = dump.at(name);
    const bool was_begun = GENERATE(false, true);
    CAPTURE(name, was_begun);
    if (was_begun) {
        begin_retry();
    }
    REQUIRE(fs::exists(state / "manifest.json") != was_begun);
    std::string bytes = file_bytes(file);
    bytes[bytes.size() / 2] = static_cast<char>(bytes[bytes.size() / 2] ^ 1);
    std::ofstream(file, std::ios::binary) << bytes;
    const std::string lock = file_bytes(state / "lock");
    const std::map<std::string, std::string> before = tree_bytes(dump.at("new"));
    const ChildEnd end = retry();
    std::ofstream(state / "lock", std::ios::binary) << lock;  // says who has it, and since when
    CHECK(end.code == 4);
    CHECK(has(end.err, file.filename().string()));
    CHECK((tree_bytes(dump.at("new")) == before));
}

TEST_CASE_METHOD(FailedOnce,
                 "a run that is asked to stop while it reads back ends so, and goes on later") {
    const fs::path file = dump.at("new/faces.json");
    begin_retry();  // which is taken up now, and relies on the file
    const std::uintmax_t bytes = fs::file_size(file);
    fs::resize_file(file, std::uintmax_t{1} << 40U);  // sparse: no time-out sees its end
    const FileChanges readings(file, IN_ACCESS);
    ChildProcess child(ffdump_command(dump.migrate(service, "new", {"--retry-failed"})));
    REQUIRE(readings.wait(std::chrono::seconds(30)));
    REQUIRE(child.send_signal(SIGTERM));
    const auto end = child.wait();
    REQUIRE(end);
    INFO(end->err);
    CHECK(end->code == 143);
    CHECK(lines_of(end->err).size() == 1);
    CHECK(has(end->err, file.string() + ": stopped while reading back"));
    fs::resize_file(file, bytes);
    CHECK(retry().code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE_METHOD(FailedOnce, "a run whose retry was killed before it began is complete as before") {
    fs::rename(state / "manifest.json", state / "manifest.prev.json");
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 3);
    CHECK(fs::exists(state / "manifest.json"));
    CHECK_FALSE(fs::exists(state / "manifest.prev.json"));
}

TEST_CASE_METHOD(FailedOnce, "what killed processes left is gone when the run is complete") {
    const bool retries = GENERATE(false, true);
    CAPTURE(retries);
    const auto names = {"journal.new",  "canaries",           "canaries.new",
                        "journal.prev", "manifest.prev.json", "timeline.new"};
    for (const char* const name : names) {
        fs::copy_file(state / "lock", state / name);
    }
    const ChildEnd end = retries ? retry() : run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == (retries ? 0 : 3));
    for (const char* const name : names) {
        INFO(name);
        CHECK_FALSE(fs::exists(state / name));
    }
}

}  // namespace ffdump
