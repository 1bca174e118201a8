// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>
#include <vector>

namespace ffdump {
namespace {

/// Of the requests that were answered with facens.
std::size_t most(const Simulator& service, const std::string& key) {
    std::size_t most = 0;
    for (const nlohmann::json& line : service.log("extract")) {
        if (line.at("status") == 200) {
            most = std::max(most, line.at(key).get<std::size_t>());
        }
    }
    return most;
}

}  // namespace

TEST_CASE("workers_num auto finds more requests in flight than it begins with, up to its bound") {
    const MadeDump dump(400);
    const std::size_t bound = GENERATE(as<std::size_t>{}, 3, 64);
    CAPTURE(bound);
    const Simulator service(dump.service({"--slots", "16", "--delay-ms", "4"}));
    const ChildEnd end = run_ffdump(dump.migrate(
        service, "new",
        MadeDump::without_canaries({"--workers", "auto", "--batch-size", "1", "--set",
                                    "ffdump.adaptive.workers_most=" + std::to_string(bound)})));
    INFO(end.err);
    REQUIRE(end.code == 0);
    // The first one, which is alone, is asked for twice before its dimension is believed.
    CHECK(service.images_extracted() == 401);
    if (bound == 3) {
        CHECK(most(service, "in_flight") <= 3);
    } else {
        CHECK(most(service, "in_flight") >= 8);
    }
}

TEST_CASE("extraction_batch_size auto grows up to its bound and below what is refused") {
    const MadeDump dump(900);
    const bool refuses = GENERATE(false, true);
    CAPTURE(refuses);
    Arguments arguments = dump.service({"--delay-ms", "4"});
    if (refuses) {
        arguments.insert(arguments.end(), {"--reject-over-images", "10"});
    }
    const Simulator service(arguments);
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new",
                     MadeDump::without_canaries({"--workers", "1", "--batch-size", "auto", "--set",
                                                 "ffdump.adaptive.batch_most=24"})));
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(service.images_extracted() == 900);
    std::vector<std::size_t> refused;
    for (const nlohmann::json& line : service.log("extract")) {
        if (line.at("status") == 413) {
            refused.push_back(line.at("images"));
        }
    }
    if (refuses) {
        // It learns from the first one, which was twice what it began with.
        CHECK(refused == std::vector<std::size_t>{16});
        CHECK(most(service, "images") == 8);
    } else {
        CHECK(refused.empty());
        CHECK(most(service, "images") > 8);
        CHECK(most(service, "images") <= 24);
    }
}

TEST_CASE("a batch is bounded in bytes too") {
    const MadeDump dump(40);
    const Simulator service(dump.service());
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new",
                                MadeDump::without_canaries({"--batch-size", "8", "--set",
                                                            "ffdump.limits.batch_bytes=64KiB"})));
    REQUIRE(end.code == 0);
    CHECK(most(service, "images") == 8);
    CHECK(most(service, "body_bytes") <= (64U << 10U) + 4096);
}

TEST_CASE("retries of a service that works stay within their budget") {
    const MadeDump dump(400);
    // Every third request fails; without a budget that is one retry for two requests.
    const Simulator service(dump.service({"--fault", "malformed-json%33", "--delay-ms", "5"}));
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new",
                     MadeDump::without_canaries({"--workers", "4", "--batch-size", "2", "--set",
                                                 "ffdump.retry.breaker_faults=1000"})));
    INFO(end.err);
    REQUIRE(end.code == 0);
    std::set<std::string> seen;
    std::size_t again = 0;
    for (const nlohmann::json& line : service.log("extract")) {
        const std::string digest = line.at("sha256").at(0);
        again += seen.insert(digest).second ? 0U : 1U;
        if (seen.size() == 200) {
            break;  // from here on there is nothing but retries
        }
    }
    CHECK(again <= 10 + 200 / 10 + 4);
}

}  // namespace ffdump
