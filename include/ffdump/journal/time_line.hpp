// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// When how much of a migration was done: formats/timeline.md. For people alone: nothing is decided
/// by it, no digest covers it, and it may be lost at any time. Bounded: when there are too many
/// steps, two become one. Value type.
struct TimeLine {
    /// What was done in one step of time.
    struct Step {
        std::uint64_t records = 0;  ///< failed ones too
        std::uint64_t failed = 0;
        friend bool operator==(const Step&, const Step&) = default;
    };
    /// From the start of one process to its end; the next one is another stretch.
    struct Stretch {
        std::string run_id;
        std::string started;  ///< UTC
        std::vector<Step> steps;
        friend bool operator==(const Stretch&, const Stretch&) = default;
    };
    static constexpr std::size_t kMostStretches = 32;  ///< beyond it the two oldest are joined
    static constexpr std::size_t kMostSteps = 240;     ///< of all stretches together
    static constexpr std::chrono::milliseconds kShortestStep{250};
    static constexpr std::chrono::milliseconds kLongestStep{1LL << 40U};

    std::chrono::milliseconds step = kShortestStep;
    std::vector<Stretch> stretches;

    /// A process begins.
    void begin(std::string run_id, std::string started);
    /// So much was done `since` the last begin(); there must have been one.
    void add(std::chrono::milliseconds since, const Step& done);
    friend bool operator==(const TimeLine&, const TimeLine&) = default;

 private:
    [[nodiscard]] std::size_t steps() const noexcept;
    void halve();
};

[[nodiscard]] std::string time_line_text(const TimeLine& line);
/// Fails with `journal_damaged` for anything that time_line_text() does not write.
[[nodiscard]] Result<TimeLine> parse_time_line(std::string_view text);

/// Replaces the file. It is not synced: it need not survive a power loss.
[[nodiscard]] Result<void> save_time_line(FileSystem& files, const std::string& path,
                                          const TimeLine& line);
/// Fails with `journal_damaged`, or as opening a file does; the caller goes on without.
[[nodiscard]] Result<TimeLine> load_time_line(FileSystem& files, const std::string& path);

}  // namespace ffdump
