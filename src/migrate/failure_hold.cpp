// SPDX-License-Identifier: Apache-2.0
#include "failure_hold.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {

void FailureHold::passed() {
    has_passed_ = true;
    note(std::nullopt);
    let_go();
}

void FailureHold::add(const Ticket& ticket, Error error) {
    const Reason reason = error.reason();
    if (std::ranges::find(accepted_, reason) != accepted_.end()) {
        settle(ticket, std::move(error));
        return;
    }
    note(reason);
    if (!pattern_ && in_row_ >= kInRow) {
        pattern_ = error;
        pattern_text_ = fmt::format("{} records one after another", in_row_);
    } else if (!pattern_ && latest_.size() == kWindow && counts_[reason] > kWindow / 2) {
        pattern_ = error;
        pattern_text_ = fmt::format("{} of the last {} records", counts_[reason], kWindow);
    }
    held_.push_back({ticket, std::move(error), outcomes_});
    let_go();
}

void FailureHold::note(std::optional<Reason> outcome) {
    ++outcomes_;
    in_row_ = outcome && row_ == outcome ? in_row_ + 1 : 1;
    row_ = outcome;
    latest_.push_back(outcome);
    if (outcome) {
        ++counts_[*outcome];
    }
    if (latest_.size() > kWindow) {
        if (latest_.front()) {
            --counts_[*latest_.front()];
        }
        latest_.pop_front();
    }
}

std::string FailureHold::pattern_text() const {
    return pattern_ ? fmt::format("{} failed alike ({}: {})", pattern_text_,
                                  reason_info(pattern_->reason()).name, pattern_->detail())
                    : std::string();
}

void FailureHold::settle(const Ticket& ticket, Error error) {
    ticket.work->settle_failed(ticket.index, std::move(error), ticket.attempts);
}

void FailureHold::let_go() {
    while (!pattern_ && !held_.empty() && outcomes_ - held_.front().at >= kWindow) {
        booking_(held_.front().ticket, std::move(held_.front().error));
        held_.pop_front();
    }
}

void FailureHold::book() {
    for (Held& held : held_) {
        booking_(held.ticket, std::move(held.error));
    }
    held_.clear();
    forget();
}

std::vector<Ticket> FailureHold::take_back() {
    std::vector<Ticket> tickets;
    tickets.reserve(held_.size());
    for (const Held& held : held_) {
        tickets.push_back(held.ticket);
    }
    held_.clear();
    forget();
    return tickets;
}

void FailureHold::settle_calm(More more) {
    const bool is_all_alike = more == More::are_none && !has_passed_ && in_row_ == outcomes_ &&
                              in_row_ >= kAllOfFew && !held_.empty();
    if (!pattern_ && is_all_alike) {
        pattern_ = held_.back().error;
        pattern_text_ = fmt::format("all {} records", in_row_);
    }
    if (!pattern_) {
        for (Held& held : held_) {
            booking_(held.ticket, std::move(held.error));
        }
        held_.clear();
    }
}

std::size_t FailureHold::records() const {
    std::map<Reason, std::uint64_t> by_reason;
    count(by_reason);
    std::size_t records = 0;
    for (const auto& [reason, its] : by_reason) {
        records += its;
    }
    return records;
}

void FailureHold::count(std::map<Reason, std::uint64_t>& by_reason) const {
    for (const Held& held : held_) {
        std::uint64_t& records = by_reason[held.error.reason()];
        ++records;
        held.ticket.work->for_each_twin(held.ticket.index,
                                        [&records](const BlockWork&, std::uint32_t) { ++records; });
    }
}

/// What has been judged must not be judged again with the next failure.
void FailureHold::forget() {
    latest_.clear();
    counts_.clear();
    in_row_ = 0;
    row_.reset();
    pattern_.reset();
    pattern_text_.clear();
}

}  // namespace ffdump
