// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/base/log.hpp"

#include <mutex>
#include <string>
#include <string_view>

namespace ffdump {

/// stdout for results, stderr for everything else, with one redrawn progress line at the bottom
/// when stderr is a terminal. Thread-safe.
class Terminal final : public LineSink {
 public:
    Terminal();
    ~Terminal() override;
    Terminal(const Terminal&) = delete;
    Terminal& operator=(const Terminal&) = delete;

    /// A line of the result, on stdout.
    void result(std::string_view text);
    /// A log line, on stderr.
    void line(std::string_view text) override;
    /// "ffdump: ..." on stderr.
    void error(const Error& error);
    /// Redraws the progress line; only where is_interactive().
    void progress(std::string_view text);
    void clear_progress();
    [[nodiscard]] bool is_interactive() const noexcept { return interactive_; }
    /// False when stdout could not be written (a full disk, a reader gone).
    [[nodiscard]] bool flush_result();

 private:
    void erase_progress();

    std::mutex mutex_;
    bool interactive_;
    bool result_failed_ = false;
    std::string shown_;
};

}  // namespace ffdump
