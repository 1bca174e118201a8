// SPDX-License-Identifier: Apache-2.0
#include "image_id.hpp"

#include "url_encoding.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <strings.h>

namespace ffdump {
namespace {

bool starts_with_scheme(std::string_view text, std::string_view scheme) noexcept {
    return text.size() >= scheme.size() &&
           // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the length is given
           strncasecmp(text.data(), scheme.data(), scheme.size()) == 0;
}

bool is_letter(char c) noexcept {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z');
}

bool is_in_scheme(char c) noexcept {
    return is_letter(c) || (c >= '0' && c <= '9') || c == '+' || c == '-' || c == '.';
}

bool is_control(char c) noexcept {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20U || byte == 0x7FU;
}

std::string_view fault_of_segment(std::string_view segment, EmptySegments empty) noexcept {
    if (segment == "." || segment == "..") {
        return R"(it has a segment "." or "..")";
    }
    if (segment.empty() && empty == EmptySegments::refused) {
        return "it has an empty segment: a leading, trailing or doubled slash";
    }
    return {};
}

std::string_view fault_of(std::string_view path, EmptySegments empty) noexcept {
    if (path.find('\\') != std::string_view::npos) {
        return "it has a backslash";
    }
    if (std::ranges::any_of(path, is_control)) {
        return "it has a control character";
    }
    for (std::size_t start = 0; start <= path.size();) {
        const std::size_t end = std::min(path.find('/', start), path.size());
        const std::string_view fault = fault_of_segment(path.substr(start, end - start), empty);
        if (!fault.empty()) {
            return fault;
        }
        start = end + 1;
    }
    return {};
}

}  // namespace

bool is_absolute_url(std::string_view text) noexcept {
    const std::size_t end = text.find("://");
    return end != std::string_view::npos && end != 0 && is_letter(text.front()) &&
           std::ranges::all_of(text.substr(0, end), is_in_scheme);
}

bool is_http_url(std::string_view text) noexcept {
    return starts_with_scheme(text, "http://") || starts_with_scheme(text, "https://");
}

Result<void> check_segments(std::string_view path, EmptySegments empty) {
    std::string_view fault = fault_of(path, empty);
    if (fault.empty() && path.find('%') != std::string_view::npos) {
        // A proxy in front of the storage may decode once more than it should.
        fault = fault_of(percent_decoded(path), empty);
    }
    if (fault.empty()) {
        return {};
    }
    return failed(Reason::image_id_invalid,
                  fmt::format("the normalized_id is not used: {}", fault));
}

Result<void> check_image_id(std::string_view normalized_id) {
    if (normalized_id.empty()) {
        return failed(Reason::image_id_invalid, "the normalized_id is empty");
    }
    if (normalized_id.size() > kMaxImageIdBytes) {
        return failed(Reason::image_id_invalid,
                      fmt::format("the normalized_id is over {} bytes", kMaxImageIdBytes));
    }
    return check_segments(normalized_id, EmptySegments::refused);
}

}  // namespace ffdump
