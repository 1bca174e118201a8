// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <queue>
#include <random>
#include <vector>

namespace ffdump {

/// A service and its only client in simulated time: the client keeps as many requests in flight as
/// it is told and reports each outcome.
class SimulatedService {
 public:
    enum class Saturation : unsigned char {
        hard,  ///< `slots` are worked on at a time, the others wait
        soft   ///< all are worked on, each the slower the more there are; the same ceiling
    };
    struct Traits {
        Saturation saturation = Saturation::hard;
        std::size_t slots = 4;
        double seconds = 0.02;         ///< work of a request
        double seconds_per_image = 0;  ///< and more for each image
        double scatter = 0;            ///< standard deviation of the work, as a share
        double way = 0.0001;           ///< there, and back
        std::size_t queue = 0;         ///< more than so many waiting are refused; 0 = no limit
        std::size_t most_images = 0;   ///< larger requests are refused for good; 0 = no limit
        std::uint64_t seed = 1;
    };
    struct Request {
        Clock::Instant sent;
        std::size_t in_flight = 0;
        std::size_t images = 1;
    };
    enum class Outcome : unsigned char { answered, overloaded, too_large };
    struct Client {
        std::function<std::size_t()> width;
        std::function<std::size_t()> images;
        std::function<void(const Request&, Outcome, Clock::Instant)> told;
    };
    struct Figures {
        double images_per_second = 0;
        double mean_latency = 0;
        double mean_in_flight = 0;
        std::size_t refused = 0;
        std::size_t requests = 0;
    };

    explicit SimulatedService(Traits traits) : traits_(traits), random_(traits.seed) {}

    /// Requests in flight for some seconds, of which the first `unmeasured` do not count.
    Figures run(const Client& client, double seconds, double unmeasured) {
        const double end = now_ + seconds;
        measured_from_ = now_ + unmeasured;
        figures_ = {};
        latencies_ = in_flights_ = images_ = 0;
        answers_ = 0;
        while (now_ < end) {
            while (in_flight_ < client.width()) {
                send(client.images());
            }
            step(client);
        }
        figures_.images_per_second = images_ / (now_ - measured_from_);
        figures_.mean_latency = latencies_ / std::max(1.0, answers_);
        figures_.mean_in_flight = in_flights_ / std::max(1.0, answers_);
        return figures_;
    }
    [[nodiscard]] Traits& traits() noexcept { return traits_; }
    /// Images a second that no client can exceed.
    [[nodiscard]] double ceiling(std::size_t images = 1) const {
        return static_cast<double>(traits_.slots * images) / work(images);
    }

 private:
    enum class Stage : unsigned char { arrives, is_done, is_back };
    struct Event {
        double at = 0;
        Stage stage = Stage::arrives;
        Outcome outcome = Outcome::answered;
        Request request;
        [[nodiscard]] bool operator>(const Event& other) const { return at > other.at; }
    };

    [[nodiscard]] static Clock::Instant instant(double seconds) {
        return Clock::Instant(std::chrono::duration_cast<Clock::Instant::duration>(
            std::chrono::duration<double>(seconds + 1)));
    }
    [[nodiscard]] double work(std::size_t images) const {
        return traits_.seconds + (traits_.seconds_per_image * static_cast<double>(images));
    }
    /// Gamma with the mean 1.
    [[nodiscard]] double scatter() {
        if (traits_.scatter <= 0) {
            return 1;
        }
        const double shape = 1 / (traits_.scatter * traits_.scatter);
        return std::gamma_distribution<double>(shape, 1 / shape)(random_);
    }
    void send(std::size_t images) {
        ++in_flight_;
        ++figures_.requests;
        events_.push({now_ + traits_.way,
                      Stage::arrives,
                      Outcome::answered,
                      {instant(now_), in_flight_, images}});
    }
    void step(const Client& client) {
        Event event = events_.top();
        events_.pop();
        now_ = event.at;
        switch (event.stage) {
            case Stage::arrives:
                arrived(event);
                break;
            case Stage::is_done:
                --busy_;
                event.at = now_ + traits_.way;
                event.stage = Stage::is_back;
                events_.push(event);
                if (!waiting_.empty()) {
                    begin(waiting_.front());
                    waiting_.pop_front();
                }
                break;
            case Stage::is_back:
                is_back(event, client);
                break;
        }
    }
    void arrived(Event event) {
        const bool is_too_large =
            traits_.most_images != 0 && event.request.images > traits_.most_images;
        const bool must_wait = traits_.saturation == Saturation::hard && busy_ >= traits_.slots;
        const bool is_full = must_wait && traits_.queue != 0 && waiting_.size() >= traits_.queue;
        if (is_too_large || is_full) {
            event.outcome = is_too_large ? Outcome::too_large : Outcome::overloaded;
            event.at = now_ + traits_.way;
            event.stage = Stage::is_back;
            events_.push(event);
        } else if (must_wait) {
            waiting_.push_back(event);
        } else {
            begin(event);
        }
    }
    void begin(Event event) {
        ++busy_;
        double seconds = work(event.request.images) * scatter();
        if (traits_.saturation == Saturation::soft) {
            seconds *=
                std::hypot(1.0, static_cast<double>(busy_) / static_cast<double>(traits_.slots));
        }
        event.at = now_ + seconds;
        event.stage = Stage::is_done;
        events_.push(event);
    }
    void is_back(const Event& event, const Client& client) {
        if (now_ >= measured_from_ && event.outcome == Outcome::answered) {
            latencies_ += std::chrono::duration<double>(instant(now_) - event.request.sent).count();
            in_flights_ += static_cast<double>(in_flight_);
            images_ += static_cast<double>(event.request.images);
            ++answers_;
        }
        figures_.refused += event.outcome == Outcome::answered ? 0U : 1U;
        --in_flight_;
        client.told(event.request, event.outcome, instant(now_));
    }

    Traits traits_;
    std::mt19937_64 random_;
    std::priority_queue<Event, std::vector<Event>, std::greater<>> events_;
    std::deque<Event> waiting_;
    double now_ = 0;
    std::size_t in_flight_ = 0;
    std::size_t busy_ = 0;
    double measured_from_ = 0;
    Figures figures_;
    double latencies_ = 0;
    double in_flights_ = 0;
    double images_ = 0;
    double answers_ = 0;
};

}  // namespace ffdump
