// SPDX-License-Identifier: Apache-2.0
#include "support/child_process.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <csignal>
#include <stdexcept>
#include <string>
#include <unistd.h>

using namespace std::chrono_literals;

namespace ffdump {

namespace {

ChildCommand shell(const std::string& script) {
    return {"/bin/sh", {"-c", script}, {}, {}, {}};
}

}  // namespace

TEST_CASE("a child's output, errors and exit status are told apart") {
    const ChildEnd end = run_child(shell("echo to out; echo to err >&2; exit 7"));
    CHECK(end.out == "to out\n");
    CHECK(end.err == "to err\n");
    CHECK(end.code == 7);
    CHECK_FALSE(end.signal);
    CHECK(end.words() == "exit 7");
    CHECK(end.peak_rss_kib > 0);
}

TEST_CASE("a child that writes more than a pipe holds does not block") {
    const ChildEnd end =
        run_child(shell("yes 0123456789 | head -c 3000000; "
                        "yes abcdefghij | head -c 2000000 >&2"));
    CHECK(end.code == 0);
    CHECK(end.out.size() == 3000000);
    CHECK(end.err.size() == 2000000);
}

TEST_CASE("a child gets its input, environment and folder") {
    const ScratchFolder scratch;
    const ChildEnd end = run_child({"/bin/sh",
                                    {"-c", "cat; echo $FFDUMP_TEST_WORD; pwd -P"},
                                    {{"FFDUMP_TEST_WORD", "word"}},
                                    scratch.text(),
                                    "input\n"});
    CHECK(end.out == "input\nword\n" + std::filesystem::canonical(scratch.path()).string() + "\n");
}

TEST_CASE("input that a child does not read is no error") {
    const ChildEnd end =
        run_child({"/bin/sh", {"-c", "exit 3"}, {}, {}, std::string(1U << 20U, 'x')});
    CHECK(end.code == 3);
}

TEST_CASE("a signal that ends a child is told from an exit status") {
    ChildProcess child(shell("echo ready; exec sleep 100"));
    REQUIRE(child.wait_for_out("ready"));
    CHECK_FALSE(child.wait(1ms));
    CHECK(child.send_signal(SIGTERM));
    const auto end = child.wait();
    REQUIRE(end);
    CHECK(end->signal == SIGTERM);
    CHECK_FALSE(end->code);
    CHECK_FALSE(child.send_signal(SIGTERM));
}

TEST_CASE("a child that outlives its time is killed with its whole group") {
    const ChildEnd end = run_child(shell("sleep 100 & sleep 100"), 50ms);
    CHECK(end.signal == SIGKILL);
}

TEST_CASE("what a child leaves behind in its group ends with it") {
    // The sleeper holds stdout: were it not killed, the end of the output would come late.
    const auto begin = std::chrono::steady_clock::now();
    const ChildEnd end = run_child(shell("sleep 100 & exit 4"));
    CHECK(end.code == 4);
    CHECK(std::chrono::steady_clock::now() - begin < 50s);
}

TEST_CASE("waiting for a word ends when the child ends without it") {
    ChildProcess child(shell("echo something else; echo warning >&2"));
    CHECK_FALSE(child.wait_for_out("never said"));
    CHECK(child.wait_for_err("warning"));
    CHECK(child.wait()->code == 0);
}

TEST_CASE("a program that cannot be started is an error that says why") {
    CHECK_THROWS_WITH(ChildProcess({"/nonexistent/program", {}, {}, {}, {}}),
                      "/nonexistent/program: No such file or directory");
    CHECK_THROWS_AS(ChildProcess({"/bin/sh", {}, {}, "/nonexistent", {}}), std::runtime_error);
}

}  // namespace ffdump
