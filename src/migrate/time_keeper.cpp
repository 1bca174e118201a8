// SPDX-License-Identifier: Apache-2.0
#include "time_keeper.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::seconds kSaveInterval{10};

std::uint64_t rise(std::uint64_t before, std::uint64_t now) {
    return now > before ? now - before : 0;
}

}  // namespace

TimeKeeper::TimeKeeper(const Services& services, std::string path, const std::string& run_id)
    : services_(services), path_(std::move(path)), began_(services.clock.now()), saved_(began_) {
    if (services.files.exists(path_, FilePurpose::writing).value_or(true)) {
        Result<TimeLine> earlier = load_time_line(services.files, path_);
        if (earlier) {
            line_ = std::move(*earlier);
        } else {
            services.log.debug("the time line is begun anew: " + earlier.error().one_line());
        }
    }
    line_.begin(run_id, utc_text(services.clock.wall()));
}

void TimeKeeper::progress(const Progress& progress) {
    const Clock::Instant now = services_.clock.now();
    const TimeLine::Step done{progress.done, progress.failed};
    if (before_) {
        const std::uint64_t records = rise(before_->records, done.records);
        line_.add(std::chrono::duration_cast<std::chrono::milliseconds>(now - began_),
                  {records, std::min(records, rise(before_->failed, done.failed))});
    }
    before_ = done;
    if (now - saved_ >= kSaveInterval) {
        save();
    }
    services_.observer.progress(progress);
}

void TimeKeeper::save() {
    saved_ = services_.clock.now();
    if (Result<void> saved = save_time_line(services_.files, path_, line_); !saved) {
        services_.log.debug("the time line cannot be kept: " + saved.error().one_line());
    }
}

}  // namespace ffdump
