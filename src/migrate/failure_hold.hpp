// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include "ffdump/base/error.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Keeps the failures that one service told of back, until it is clear that they are the records'
/// own: a service with a wrong setting answers every record with one and the same refusal, and a
/// night of it would book a million people as failed. A failure is booked once kWindow further
/// records went through it without a pattern. Not thread-safe, no I/O.
class FailureHold {
 public:
    /// A pattern: so many failures of one reason one after another ...
    static constexpr std::size_t kInRow = 20;
    /// ... or more than half of so many records.
    static constexpr std::size_t kWindow = 200;
    /// ... or so many that end the dump, alike and none of them well since the run began, in
    /// whichever process.
    static constexpr std::size_t kAllOfFew = 5;

    struct Held {
        Ticket ticket;
        Error error;
        std::uint64_t at = 0;  ///< number of the outcome
    };

    /// What is done with a failure that is taken for the record's own.
    using Booking = std::function<void(const Ticket&, Error)>;
    /// Settles the record as failed.
    static void settle(const Ticket& ticket, Error error);

    /// Failures of `accepted` reasons are settled at once and form no pattern.
    explicit FailureHold(std::vector<Reason> accepted = {}, Booking booking = settle)
        : accepted_(std::move(accepted)), booking_(std::move(booking)) {}

    /// The service did for a record what it was asked for.
    void passed();
    /// It did so before this process began.
    void passed_before() noexcept { has_passed_ = true; }
    void add(const Ticket& ticket, Error error);

    /// The latest failures form a pattern: the service is to be asked for something that it did
    /// well before, and then one of the two below to be called.
    [[nodiscard]] bool is_suspicious() const noexcept { return pattern_.has_value(); }
    /// "20 records in a row", or "101 of the last 200 records"; with the reason's detail.
    [[nodiscard]] std::string pattern_text() const;
    [[nodiscard]] const std::optional<Error>& pattern() const noexcept { return pattern_; }

    /// The service is well: books what is held.
    void book();
    /// The service was not well: the records are as if they had never been asked for.
    [[nodiscard]] std::vector<Ticket> take_back();
    /// Whether the dump has more records than the window holds.
    enum class More : unsigned char { will_come, are_none };
    /// Nothing will come by which to judge before what is held is settled: books it unless it is a
    /// pattern. Only of a whole dump it can be said that all of its records fail alike.
    void settle_calm(More more);
    /// Records that wait, with those that share their images.
    [[nodiscard]] std::size_t records() const;
    /// Adds them by reason.
    void count(std::map<Reason, std::uint64_t>& by_reason) const;

 private:
    void note(std::optional<Reason> outcome);
    void let_go();
    void forget();

    std::vector<Reason> accepted_;
    Booking booking_;
    std::deque<Held> held_;  ///< in the order of outcomes
    std::deque<std::optional<Reason>> latest_;
    std::map<Reason, std::size_t> counts_;  ///< of latest_
    std::uint64_t outcomes_ = 0;
    std::size_t in_row_ = 0;
    bool has_passed_ = false;  ///< ever
    std::optional<Reason> row_;
    std::optional<Error> pattern_;
    std::string pattern_text_;
};

}  // namespace ffdump
