// SPDX-License-Identifier: Apache-2.0
#include "terminal.hpp"

#include <fmt/format.h>

#include <cstdio>
#include <sys/ioctl.h>
#include <unistd.h>

namespace ffdump {
namespace {

constexpr std::size_t kNarrowTerminal = 80;

std::size_t terminal_width() {
    winsize size{};
    if (::ioctl(STDERR_FILENO, TIOCGWINSZ, &size) != 0 || size.ws_col == 0) {
        return kNarrowTerminal;
    }
    return size.ws_col;
}

/// There is nobody left to tell when stderr itself cannot be written.
void to_stderr(std::string_view text) {
    static_cast<void>(std::fwrite(text.data(), 1, text.size(), stderr));
}

}  // namespace

Terminal::Terminal() : interactive_(::isatty(STDERR_FILENO) == 1) {}

Terminal::~Terminal() {
    clear_progress();
}

void Terminal::result(std::string_view text) {
    const std::lock_guard lock(mutex_);
    erase_progress();
    const bool written = std::fwrite(text.data(), 1, text.size(), stdout) == text.size() &&
                         std::fputc('\n', stdout) != EOF;
    result_failed_ = result_failed_ || !written;
}

bool Terminal::flush_result() {
    const std::lock_guard lock(mutex_);
    return std::fflush(stdout) == 0 && !result_failed_;
}

void Terminal::line(std::string_view text) {
    const std::lock_guard lock(mutex_);
    erase_progress();
    to_stderr(std::string(text) + "\n");
}

void Terminal::error(const Error& error) {
    line(fmt::format("ffdump: {}", error.one_line()));
}

void Terminal::progress(std::string_view text) {
    const std::lock_guard lock(mutex_);
    const std::string_view cut = text.substr(0, terminal_width() - 1);
    if (!interactive_ || cut == shown_) {
        return;
    }
    erase_progress();
    shown_ = cut;
    to_stderr(shown_);
}

void Terminal::clear_progress() {
    const std::lock_guard lock(mutex_);
    erase_progress();
}

void Terminal::erase_progress() {
    if (shown_.empty()) {
        return;
    }
    to_stderr("\r\x1b[K");
    shown_.clear();
}

}  // namespace ffdump
