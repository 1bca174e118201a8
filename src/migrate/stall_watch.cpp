// SPDX-License-Identifier: Apache-2.0
#include "stall_watch.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {

std::string awaited_text(const char* kind, const Awaited& awaited, const MigrationPlan& plan,
                         Clock::Instant now) {
    if (awaited.count == 0) {
        return {};
    }
    std::string text = fmt::format("{} {}{}, the oldest for {}", awaited.count, kind,
                                   awaited.count == 1 ? "" : "s",
                                   duration_text(now - awaited.oldest.value_or(now)));
    if (awaited.record) {
        const Ticket& record = *awaited.record;
        text += fmt::format(" ({}, record {})",
                            printable(plan.files.at(record.work->file).file.gallery),
                            record.span().id.value);
    }
    return text;
}

void StallWatch::turn(Clock::Instant now, std::uint64_t settled,
                      const std::function<std::string()>& awaited) {
    if (settled_ != settled) {
        settled_ = settled;
        since_ = now;
        patience_ = kFirst;
        return;
    }
    if (now - since_ < patience_) {
        return;
    }
    patience_ *= 2;
    if (const std::string what = awaited(); !what.empty()) {
        log_.info(fmt::format("no record was finished for {}; awaited: {}",
                              duration_text(now - since_), what));
    }
}

}  // namespace ffdump
