// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/error.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

Error&& Error::at(Place place) && {
    place_ = std::move(place);
    return std::move(*this);
}
Error&& Error::at_file(std::string file) && {
    place_.file = std::move(file);
    return std::move(*this);
}
Error&& Error::at_line(std::uint64_t line, std::uint64_t column) && {
    place_.line = line;
    place_.column = column;
    return std::move(*this);
}
Error&& Error::at_offset(std::uint64_t offset) && {
    place_.offset = offset;
    return std::move(*this);
}
Error&& Error::at_record(std::uint64_t id) && {
    place_.record_id = id;
    return std::move(*this);
}
Error&& Error::at_url(std::string url) && {
    place_.url = std::move(url);
    return std::move(*this);
}
Error&& Error::while_doing(std::string context) && {
    contexts_.push_back(std::move(context));
    return std::move(*this);
}
Error&& Error::hint(std::string text) && {
    hint_ = std::move(text);
    return std::move(*this);
}
Error&& Error::retry_after(std::chrono::milliseconds delay) && {
    retry_after_ = delay;
    return std::move(*this);
}

std::string Error::hint_text() const {
    return hint_.empty() ? std::string(reason_info(reason_).cure) : hint_;
}

std::string Error::place_text() const {
    std::string text = printable(place_.file);
    if (place_.line != 0) {
        text += fmt::format("{}{}", text.empty() ? "line " : ":", place_.line);
        if (place_.column != 0) {
            text += fmt::format(":{}", place_.column);
        }
    }
    if (place_.offset) {
        text += text.empty() ? fmt::format("byte {}", *place_.offset)
                             : fmt::format(" (byte {})", *place_.offset);
    }
    if (place_.record_id) {
        text += fmt::format("{}record {}", text.empty() ? "" : ", ", *place_.record_id);
    }
    if (!place_.url.empty()) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", printable(place_.url));
    }
    return text;
}

std::string Error::one_line() const {
    std::string line;
    if (const std::string place = place_text(); !place.empty()) {
        line += place + ": ";
    }
    line += printable(detail_);
    for (const std::string& context : contexts_) {
        line += fmt::format(", while {}", printable(context));
    }
    line += fmt::format("; {} [{}]", printable(hint_text()), reason_name(reason_));
    return line;
}

}  // namespace ffdump
