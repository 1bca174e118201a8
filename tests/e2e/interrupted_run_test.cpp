// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <optional>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 240;

/// Starts a migration, sends `signal` once the double has seen `requests`, and waits for the end.
ChildEnd signalled_run(const MadeDump& dump, const Simulator& service, std::size_t requests,
                       int signal) {
    auto end =
        stopped_run(service, dump.migrate(service, "new", {"--batch-size", "2", "--workers", "2"}),
                    requests, signal);
    REQUIRE(end);
    return std::move(*end);
}

}  // namespace

TEST_CASE("a service that dies in the middle ends the run, and the same command finishes it") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    Simulator service(dump.service({"--delay-ms", "20"}));
    const Arguments command =
        dump.migrate(service, "new", {"--batch-size", "2", "--give-up-after", "1s"});
    {
        ChildProcess child(ffdump_command(command));
        REQUIRE(wait_for_requests(service, 40));
        service.kill();
        const auto end = child.wait();
        REQUIRE(end);
        INFO(end->err);
        CHECK(end->code == 5);
        CHECK(lines_of(end->err).size() == 1);
        CHECK(has(end->err, service.url()));
        CHECK(has(end->err, "same command"));
    }
    CHECK_FALSE(std::filesystem::exists(dump.at("new/faces.json")));
    service.restart();
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a run over an array that ends before its first record begins the array once") {
    const MadeDump dump(4);
    std::string text = "[\n";
    for (std::size_t id = 1; id <= 4; ++id) {
        text += (id == 1 ? "" : ",\n") + MadeDump::record(id);
    }
    dump.folder().write("dump/faces.json", text + "\n]\n");
    const auto wanted = dump.undisturbed();
    Simulator service(dump.service({"--delay-ms", "2000"}));
    const Arguments command =
        dump.migrate(service, "new", MadeDump::without_canaries({"--give-up-after", "300ms"}));
    {
        ChildProcess child(ffdump_command(command));
        REQUIRE(wait_for_requests(service, 1));
        service.kill();
        REQUIRE(child.wait());
    }
    const Simulator quick(dump.service());
    const ChildEnd end = run_ffdump(
        dump.migrate(quick, "new", MadeDump::without_canaries({"--give-up-after", "300ms"})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a run that is killed at any moment is finished by the same command") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::size_t moment = GENERATE(std::size_t{1}, std::size_t{20}, std::size_t{60});
    CAPTURE(moment);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    CHECK(signalled_run(dump, service, moment, SIGKILL).signal == SIGKILL);
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", {"--batch-size", "2", "--workers", "2"}));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a run that is killed asks again only for what was under way") {
    const MadeDump dump(kRecords);
    const std::size_t moment = GENERATE(std::size_t{10}, std::size_t{61}, std::size_t{100});
    CAPTURE(moment);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    const Arguments options = MadeDump::without_canaries({"--batch-size", "2", "--workers", "2"});
    REQUIRE(stopped_run(service, dump.migrate(service, "new", options), moment, SIGKILL));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", options));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(service.images_extracted() >= kRecords);
    CHECK(service.images_extracted() <= kRecords + std::size_t{2} * 2);
    for (const auto& entry : std::filesystem::directory_iterator(dump.at("new/.ffdump"))) {
        CHECK_FALSE(has(entry.path().filename().string(), "redo"));
    }
}

TEST_CASE("a run that is killed again and again is finished by the same command") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--delay-ms", "20"}));
    for (int life = 0; life < 3; ++life) {
        static_cast<void>(signalled_run(dump, service, service.count("extract") + 15, SIGKILL));
    }
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

TEST_CASE("a run that is asked to stop says so in its exit code and can go on") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const auto [signal, code] =
        GENERATE(std::pair{SIGTERM, 143}, std::pair{SIGINT, 130}, std::pair{SIGHUP, 143});
    CAPTURE(signal);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    const ChildEnd stopped = signalled_run(dump, service, 30, signal);
    INFO(stopped.err);
    CHECK(stopped.code == code);
    CHECK(has(stopped.err, "stopped by signal " + std::to_string(signal)));
    CHECK_FALSE(std::filesystem::exists(dump.at("new/faces.json")));
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    // What was committed before the stop was not asked for again.
    CHECK(service.images_extracted() < 2 * kRecords);
}

TEST_CASE("a run that is asked to stop twice leaves at once and can go on") {
    const MadeDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const auto [signal, code] = GENERATE(std::pair{SIGTERM, 143}, std::pair{SIGINT, 130});
    CAPTURE(signal);
    {
        // What is in flight would be waited for as long as the stop may take.
        const Simulator silent(dump.service({"--fault", "hang@20"}));
        ChildProcess child(ffdump_command(dump.migrate(silent, "new", {"--batch-size", "2"})));
        // So many that one is not answered: a first signal alone does not end the run.
        REQUIRE(wait_for_requests(silent, 20));
        // The same signal twice in a moment may come as one.
        std::optional<ChildEnd> stopped;
        while (!stopped) {
            REQUIRE(child.send_signal(signal));
            stopped = child.wait(std::chrono::milliseconds(100));
        }
        CHECK(stopped->code == code);
        CHECK_FALSE(has(stopped->err, "stopped by signal"));
    }
    const Simulator service(dump.service());
    CHECK(run_ffdump(dump.migrate(service, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
}

}  // namespace ffdump
