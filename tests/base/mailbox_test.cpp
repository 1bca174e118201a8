// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/mailbox.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <thread>

namespace ffdump {
namespace {

TEST_CASE("mailbox hands over everything that was posted, once, from all threads") {
    constexpr std::size_t kThreads = 4;
    constexpr std::size_t kEach = 1000;
    Mailbox<std::size_t> mailbox;
    std::vector<std::thread> posters;
    posters.reserve(kThreads);
    for (std::size_t t = 0; t < kThreads; ++t) {
        posters.emplace_back([&mailbox, t] {
            for (std::size_t i = 0; i < kEach; ++i) {
                mailbox.post((t * kEach) + i);
            }
        });
    }
    std::set<std::size_t> got;
    std::vector<std::size_t> batch;
    while (got.size() < kThreads * kEach && mailbox.take_all(batch, std::chrono::seconds(10))) {
        for (const std::size_t item : batch) {
            CHECK(got.insert(item).second);
        }
    }
    for (std::thread& poster : posters) {
        poster.join();
    }
    CHECK(got.size() == kThreads * kEach);
    CHECK_FALSE(mailbox.take_all(batch, std::chrono::nanoseconds(0)));
}

}  // namespace
}  // namespace ffdump
