// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <cstdint>
#include <deque>
#include <utility>

namespace ffdump {

/// How often a service fails requests that it has not failed before, and so after how many failures
/// of one request the cause lies in that request. A service that fails seven of ten requests by
/// chance fails one nine times in a row in every twenty-fifth case: nine failures prove something
/// only while the service is well otherwise. First attempts alone are counted, since those that are
/// always failed are asked for again and again. For one thread.
class FaultShare {
 public:
    /// The outcome of a request that was sent for the first time.
    void add(bool has_failed);
    /// At least `least`; the more, the larger the share of the latest requests that failed.
    [[nodiscard]] unsigned hopeless_after(unsigned least) const;

 private:
    static constexpr std::size_t kWindow = 64;

    std::deque<bool> latest_;
    std::size_t failed_ = 0;
};

/// Faults of the service at one request, of which those tell against the request itself between
/// which others were answered. What failed while nobody was answered says nothing: it may have been
/// an outage of days. For one thread.
class TellingFaults {
 public:
    /// `others`: requests that the service has answered so far.
    explicit TellingFaults(std::uint64_t others) : others_then_(others) {}

    /// Whether it tells.
    bool add(std::uint64_t others) {
        const bool is_telling = std::exchange(others_then_, others) != others;
        count_ += is_telling ? 1U : 0U;
        return is_telling;
    }
    [[nodiscard]] unsigned count() const noexcept { return count_; }

 private:
    std::uint64_t others_then_;
    unsigned count_ = 0;
};

}  // namespace ffdump
