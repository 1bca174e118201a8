// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/mailbox.hpp"
#include "ffdump/base/result.hpp"

#include <chrono>
#include <cstdint>
#include <map>
#include <utility>
#include <vector>

namespace ffdump {

/// Requests that are under way, by a number that their answers bear.
template <class Request>
using Flights = std::map<std::uint64_t, Request>;

/// Gives answers to `take`, which ends their flights, until one fails. The rest have landed all the
/// same: whoever gives up then waits for those that are still under way.
template <class Answer, class Request, class Take>
[[nodiscard]] Result<void> take_answers(std::vector<Answer>& answers, Flights<Request>& flights,
                                        Take take) {
    Result<void> taken;
    for (Answer& answer : answers) {
        if (taken) {
            taken = take(std::move(answer));
        } else {
            flights.erase(answer.number);
        }
    }
    return taken;
}

/// Waits until nothing is under way; what comes in is dropped.
template <class Answer, class Request>
void drop_flights(Mailbox<Answer>& mailbox, Flights<Request>& flights) {
    std::vector<Answer> answers;
    while (!flights.empty()) {
        mailbox.take_all(answers, std::chrono::seconds(1));
        for (const Answer& answer : answers) {
            flights.erase(answer.number);
        }
    }
}

}  // namespace ffdump
