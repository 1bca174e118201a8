// SPDX-License-Identifier: Apache-2.0
#include "multipart_form.hpp"

#include "wire_text.hpp"

#include <algorithm>
#include <cctype>
#include <unordered_set>

namespace ffdump {

namespace {

constexpr std::size_t kMaxParts = 4096;
constexpr std::size_t kMaxBoundary = 70;  // RFC 2046, 5.1.1

/// A value up to the next semicolon, or a quoted one with backslash escapes; moves `text` behind.
std::optional<std::string> take_value(std::string_view& text) {
    if (!text.starts_with('"')) {
        const std::size_t end = std::min(text.find(';'), text.size());
        std::string value(trimmed(text.substr(0, end)));
        text.remove_prefix(end);
        return value;
    }
    std::string value;
    for (std::size_t i = 1; i < text.size(); ++i) {
        if (text[i] == '"') {
            text = trimmed(text.substr(i + 1));
            return value;
        }
        if (text[i] == '\\' && i + 1 < text.size()) {
            ++i;
        }
        value += text[i];
    }
    return std::nullopt;
}

/// The value of `; name=value` in a header value; nothing when absent or unreadable.
std::optional<std::string> parameter(std::string_view text, std::string_view wanted) {
    text.remove_prefix(std::min(text.find(';'), text.size()));
    while (text.starts_with(';')) {
        text = trimmed(text.substr(1));
        const std::size_t equals = text.find('=');
        if (equals == std::string_view::npos) {
            return std::nullopt;
        }
        const std::string name = lower_case(trimmed(text.substr(0, equals)));
        text.remove_prefix(equals + 1);
        const auto value = take_value(text);
        if (!value || name == wanted) {
            return value;
        }
    }
    return std::nullopt;
}

Checked<FormPart> parse_part(std::string_view text) {
    FormPart part;
    const std::size_t end = text.starts_with("\r\n") ? 0 : text.find("\r\n\r\n");
    if (end == std::string_view::npos || end == 0) {
        return refused(400, "multipart: a part without headers");
    }
    part.bytes = text.substr(end + 4);
    std::string_view head = text.substr(0, end);
    bool disposed = false;
    while (!head.empty()) {
        const std::size_t line_end = std::min(head.find("\r\n"), head.size());
        const std::string_view line = head.substr(0, line_end);
        head.remove_prefix(std::min(line_end + 2, head.size()));
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return refused(400, "multipart: malformed part header");
        }
        const std::string name = lower_case(line.substr(0, colon));
        const std::string_view value = trimmed(line.substr(colon + 1));
        if (name == "content-disposition") {
            const auto field = parameter(value, "name");
            if (disposed || media_type(value) != "form-data" || !field || field->empty()) {
                return refused(400, "multipart: a part without a name");
            }
            disposed = true;
            part.name = *field;
            part.file_name = parameter(value, "filename");
        } else if (name == "content-type") {
            part.content_type = media_type(value);
        }
    }
    if (!disposed) {
        return refused(400, "multipart: a part without Content-Disposition");
    }
    return part;
}

}  // namespace

std::string media_type(std::string_view content_type) {
    return lower_case(trimmed(content_type.substr(0, content_type.find(';'))));
}

Checked<std::vector<FormPart>> parse_multipart(std::string_view content_type,
                                               std::string_view body) {
    const auto boundary = parameter(content_type, "boundary");
    if (!boundary || boundary->empty() || boundary->size() > kMaxBoundary) {
        return refused(400, "multipart: no boundary in Content-Type");
    }
    const std::string delimiter = "\r\n--" + *boundary;
    if (!body.starts_with(delimiter.substr(2))) {
        return refused(400, "multipart: the body does not start with the boundary");
    }
    body.remove_prefix(delimiter.size() - 2);
    std::vector<FormPart> parts;
    std::unordered_set<std::string> names;
    while (body.starts_with("\r\n")) {
        body.remove_prefix(2);
        const std::size_t end = body.find(delimiter);
        if (end == std::string_view::npos) {
            return refused(400, "multipart: a part without an end");
        }
        auto part = parse_part(body.substr(0, end));
        if (!part) {
            return tl::unexpected(part.error());
        }
        if (!names.insert(part->name).second) {
            return refused(400, "multipart: two parts named '" + part->name + "'");
        }
        if (parts.size() == kMaxParts) {
            return refused(413, "multipart: too many parts");
        }
        parts.push_back(std::move(*part));
        body.remove_prefix(end + delimiter.size());
    }
    if (body != "--" && body != "--\r\n") {
        return refused(400, "multipart: no closing boundary");
    }
    return parts;
}

}  // namespace ffdump
