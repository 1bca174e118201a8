// SPDX-License-Identifier: Apache-2.0
#include "server_choice.hpp"

#include <catch2/catch.hpp>

#include <cstdint>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Three servers, of which some are left out; the next request would go to the last of them.
class ThreeServers final : public Extractor {
 public:
    explicit ThreeServers(std::set<std::size_t> left_out) : left_out_(std::move(left_out)) {}
    void extract(const ExtractionTarget&, std::vector<SharedBytes>, BatchDone) override {}
    [[nodiscard]] std::string describe() const override { return "three"; }
    [[nodiscard]] std::vector<std::string> servers() const override { return {"a", "b", "c"}; }
    [[nodiscard]] std::size_t next_server() override { return 2; }
    [[nodiscard]] bool serves(std::size_t server) const override {
        return !left_out_.contains(server);
    }

 private:
    std::set<std::size_t> left_out_;
};

SharedBytes image(std::uint64_t number) {
    return std::make_shared<const std::string>("image " + std::to_string(number));
}

/// Record 1 is a canary, and record 7 the last that server 1 was asked for.
class ChoiceFixture {
 public:
    ChoiceFixture() {
        guard_.watch_servers({"a", "b", "c"});
        guard_.extracted(0, {1}, image(1), {1.0F}, {0, 0});
        guard_.extracted(0, {7}, image(7), {1.0F}, {1, 0});
        static_cast<void>(guard_.begin({}));
    }
    /// Where a request for the canary goes that wants `server`.
    std::size_t choose(std::optional<std::size_t> server, std::set<std::size_t> left_out) {
        batch = {};
        batch.canaries = std::make_unique<CanaryRequest>(
            CanaryRequest{.lane = 0, .which = {0}, .server = server});
        batch.images.push_back({{}, image(1)});
        return again(std::move(left_out));
    }
    /// Where the same goes the next time.
    std::size_t again(std::set<std::size_t> left_out) {
        ThreeServers servers(std::move(left_out));
        return choose_server(batch, servers, guard_);
    }
    ImageBatch batch;

 private:
    ModelGuard guard_{{.images = 1}, 2, Random(1)};
};

TEST_CASE("a canary goes to the server that it is for, and any other request to the next") {
    ChoiceFixture one;
    CHECK(one.choose(1, {}) == 1);
    CHECK(one.choose(0, {2}) == 0);
    CHECK(one.choose(std::nullopt, {}) == 2);
    CHECK(*one.batch.images.front().bytes == "image 1");
    ImageBatch records;
    ThreeServers servers({});
    const ModelGuard guard({}, 2, Random(1));
    CHECK(choose_server(records, servers, guard) == 2);
}

TEST_CASE("for a server that is left out others are asked for the last image that it had") {
    ChoiceFixture one;
    CHECK(one.choose(1, {1}) == 2);
    CHECK(*one.batch.images.front().bytes == "image 7");
    CHECK(one.again({1, 2}) == 0);
    // It is never asked for its own while another works.
    CHECK(one.again({2}) == 0);
    CHECK(one.again({0, 2}) == 1);
    CHECK(one.again({0, 1, 2}) == 2);
}

TEST_CASE("for a server that is left out and gave nothing any other is asked for the canary") {
    ChoiceFixture one;
    CHECK(one.choose(2, {2}) == 2);  // the next one, which may be its probe
    CHECK(*one.batch.images.front().bytes == "image 1");
    CHECK_FALSE(one.batch.canaries->server);
}

}  // namespace
}  // namespace ffdump
