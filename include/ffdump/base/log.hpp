// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"

#include <cstdint>
#include <initializer_list>
#include <mutex>
#include <string>
#include <string_view>
#include <utility>

namespace ffdump {

enum class LogLevel : std::uint8_t { debug, info, warning, error, off };
enum class LogFormat : std::uint8_t { text, json };

/// Where finished lines go: the terminal in the program, a string in tests. Called under the log's
/// lock, one line at a time, without the newline.
class LineSink {
 public:
    virtual ~LineSink() = default;
    virtual void line(std::string_view text) = 0;
};

/// A fact beside a message: {"file", "a.json"}. Values are escaped; numbers are passed as text.
using LogField = std::pair<std::string_view, std::string>;

/// Structured log to one sink. Thread-safe. Never give it facens, images, secrets or meta values.
class Log {
 public:
    Log(LineSink& sink, const Clock& clock, LogLevel level, LogFormat format);

    void write(LogLevel level, std::string_view message,
               std::initializer_list<LogField> fields = {});
    void debug(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::debug, message, fields);
    }
    void info(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::info, message, fields);
    }
    void warning(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::warning, message, fields);
    }
    void error(std::string_view message, std::initializer_list<LogField> fields = {}) {
        write(LogLevel::error, message, fields);
    }
    [[nodiscard]] bool shows(LogLevel level) const noexcept { return level >= level_; }
    [[nodiscard]] LogFormat format() const noexcept { return format_; }

 private:
    LineSink& sink_;
    const Clock& clock_;
    LogLevel level_;
    LogFormat format_;
    std::mutex mutex_;
};

}  // namespace ffdump
