// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/log.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <array>
#include <cstddef>

namespace ffdump {
namespace {

std::string_view level_name(LogLevel level) {
    constexpr std::array<std::string_view, 5> kNames{"debug", "info", "warning", "error", "off"};
    return kNames.at(static_cast<std::size_t>(level));
}

/// A JSON string of already printable text: only quotes and backslashes are left to escape.
std::string quoted(std::string_view text) {
    std::string out = "\"";
    for (const char c : printable(text)) {
        if (c == '"' || c == '\\') {
            out += '\\';
        }
        out += c;
    }
    return out + '"';
}

}  // namespace

Log::Log(LineSink& sink, const Clock& clock, LogLevel level, LogFormat format)
    : sink_(sink), clock_(clock), level_(level), format_(format) {}

void Log::write(LogLevel level, std::string_view message, std::initializer_list<LogField> fields) {
    if (!shows(level)) {
        return;
    }
    std::string line;
    if (format_ == LogFormat::json) {
        line = fmt::format(R"({{"time":"{}","level":"{}","message":{})", utc_text(clock_.wall()),
                           level_name(level), quoted(message));
        for (const auto& [name, value] : fields) {
            line += fmt::format(",{}:{}", quoted(name), quoted(value));
        }
        line += '}';
    } else {
        line = fmt::format("ffdump: {}{}", level == LogLevel::info ? "" : level_name(level),
                           level == LogLevel::info ? "" : ": ");
        line += printable(message);
        for (const auto& [name, value] : fields) {
            line += fmt::format(" {}={}", name, printable(value));
        }
    }
    const std::lock_guard lock(mutex_);
    sink_.line(line);
}

}  // namespace ffdump
