// SPDX-License-Identifier: Apache-2.0
#include "balanced_extractor.hpp"

#include <catch2/catch.hpp>

#include <deque>
#include <map>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

class MovedClock final : public Clock {
 public:
    [[nodiscard]] Instant now() const override { return Instant(at); }
    [[nodiscard]] WallTime wall() const override { return {}; }
    std::chrono::milliseconds at{1};
};

class HeldServer final : public Extractor {
 public:
    HeldServer(std::string name, std::deque<BatchDone>& held)
        : name_(std::move(name)), held_(held) {}
    void extract(const ExtractionTarget&, std::vector<SharedBytes>, BatchDone done) override {
        held_.push_back(std::move(done));
    }
    [[nodiscard]] std::string describe() const override { return name_; }

 private:
    std::string name_;
    std::deque<BatchDone>& held_;
};

/// Three servers, of which one is out after two faults in a row.
class ServersFixture {
 public:
    [[nodiscard]] std::unique_ptr<BalancedExtractor> make() {
        std::vector<std::unique_ptr<Extractor>> servers;
        for (std::size_t i = 0; i < held.size(); ++i) {
            servers.push_back(std::make_unique<HeldServer>("s" + std::to_string(i), held.at(i)));
        }
        return std::make_unique<BalancedExtractor>(
            std::move(servers),
            GateFigures{.probe_max = std::chrono::milliseconds(100), .breaker_faults = 2}, clock,
            1);
    }
    void ask(std::size_t count = 1) {
        for (std::size_t i = 0; i < count; ++i) {
            balanced->extract({}, {}, [this](const Result<std::vector<ExtractedFacen>>& facens) {
                ++(facens ? answered : faults);
            });
        }
    }
    void answer(std::size_t server) { take(server)(std::vector<ExtractedFacen>{}); }
    void fault(std::size_t server) { take(server)(failed(Reason::connection_failed, "refused")); }
    [[nodiscard]] std::vector<std::size_t> in_flight() const {
        return {held[0].size(), held[1].size(), held[2].size()};
    }

    std::array<std::deque<BatchDone>, 3> held;
    MovedClock clock;
    std::unique_ptr<BalancedExtractor> balanced = make();
    int answered = 0;
    int faults = 0;

 private:
    BatchDone take(std::size_t server) {
        BatchDone done = std::move(held.at(server).front());
        held.at(server).pop_front();
        return done;
    }
};

TEST_CASE("requests go to the server with the fewest in flight") {
    ServersFixture all;
    all.ask(6);
    CHECK(all.in_flight() == std::vector<std::size_t>{2, 2, 2});
    all.answer(1);
    all.answer(1);
    all.ask(2);
    CHECK(all.in_flight() == std::vector<std::size_t>{2, 2, 2});
    CHECK(all.answered == 2);
    CHECK(all.balanced->servers() == std::vector<std::string>{"s0", "s1", "s2"});
}

TEST_CASE("a server that fails is left out, probed by single requests, and comes back") {
    ServersFixture all;
    all.ask(6);
    all.fault(2);
    CHECK(all.balanced->serves(2));
    all.fault(2);
    CHECK_FALSE(all.balanced->serves(2));
    CHECK(all.faults == 2);
    all.ask(4);
    CHECK(all.in_flight() == std::vector<std::size_t>{4, 4, 0});
    CHECK(all.balanced->returns(2) == 0);
    CHECK(all.balanced->fault_of(2).value().reason() == Reason::connection_failed);
    CHECK_FALSE(all.balanced->fault_of(0));

    all.clock.at += std::chrono::milliseconds(200);
    all.ask(3);
    CHECK(all.in_flight() == std::vector<std::size_t>{5, 5, 1});
    all.answer(2);
    CHECK(all.balanced->serves(2));
    CHECK(all.balanced->returns(2) == 1);
    CHECK_FALSE(all.balanced->fault_of(2));
    CHECK(all.balanced->returns(0) == 0);
    all.ask(5);
    CHECK(all.in_flight() == std::vector<std::size_t>{5, 5, 5});
}

TEST_CASE("a request for one server goes to no other") {
    ServersFixture all;
    for (int i = 0; i < 3; ++i) {
        all.balanced->extract_by(1, {}, {}, [](const auto&) {});
    }
    CHECK(all.in_flight() == std::vector<std::size_t>{0, 3, 0});
}

TEST_CASE("when every server is out requests are still sent, and their faults told") {
    ServersFixture all;
    all.ask(6);
    for (std::size_t server = 0; server < 3; ++server) {
        all.fault(server);
        all.fault(server);
    }
    all.ask();
    CHECK(all.held[0].size() + all.held[1].size() + all.held[2].size() == 1);
}

}  // namespace
}  // namespace ffdump
