// SPDX-License-Identifier: Apache-2.0
#include "image_name.hpp"

#include "image_id.hpp"
#include "url_encoding.hpp"

#include <algorithm>
#include <charconv>
#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kOpen = "{id";

/// What stands between the braces after "{id": nothing, or ":BEGIN:LENGTH".
std::string_view piece_of(std::string_view id, std::string_view range) {
    std::size_t begin = 0;
    std::size_t length = id.size();
    if (!range.empty()) {
        const std::size_t colon = range.find(':', 1);
        std::from_chars(range.data() + 1, range.data() + colon, begin);
        std::from_chars(range.data() + colon + 1, range.data() + range.size(), length);
    }
    return begin > id.size() ? std::string_view() : id.substr(begin, length);
}

/// The template's form was checked with the configuration.
std::string filled(std::string_view pattern, std::string_view id) {
    std::string out;
    while (!pattern.empty()) {
        const std::size_t open = std::min(pattern.find(kOpen), pattern.size());
        out += pattern.substr(0, open);
        pattern.remove_prefix(open);
        if (pattern.empty()) {
            break;
        }
        const std::size_t close = pattern.find('}');
        out += piece_of(id, pattern.substr(kOpen.size(), close - kOpen.size()));
        pattern.remove_prefix(close + 1);
    }
    return out;
}

std::string without_doubled_slashes(std::string_view path) {
    std::string out;
    for (const char c : path) {
        const bool is_doubled = c == '/' && (out.empty() || out.back() == '/');
        if (!is_doubled) {
            out += c;
        }
    }
    return out;
}

Result<ImageName> checked_path(std::string path) {
    if (auto checked = check_image_id(path); !checked) {
        return failed(std::move(checked).error());
    }
    return ImageName{false, std::move(path)};
}

Result<ImageName> rewritten_name(std::string id, bool was_url) {
    if (is_absolute_url(id)) {
        return ImageName{true, std::move(id)};
    }
    if (!was_url) {
        return checked_path(std::move(id));
    }
    if (id.find_first_of("?#") != std::string::npos) {
        return failed(Reason::image_id_invalid, "the URL has a query or a fragment");
    }
    return checked_path(without_doubled_slashes(percent_decoded(id)));
}

}  // namespace

Result<ImageName> ImageNames::name_of(std::string_view normalized_id) const {
    if (normalized_id.size() > kMaxImageIdBytes) {
        return failed(check_image_id(normalized_id).error());
    }
    const bool is_url = is_absolute_url(normalized_id);
    for (const RewriteRule& rule : settings_.rewrite) {
        if (normalized_id.starts_with(rule.from)) {
            return rewritten_name(rule.to + std::string(normalized_id.substr(rule.from.size())),
                                  is_url);
        }
    }
    if (is_url) {
        return ImageName{true, std::string(normalized_id)};
    }
    // Checked before it goes into the template as well: a piece of it may hide what it is.
    if (auto checked = check_image_id(normalized_id); !checked) {
        return failed(std::move(checked).error());
    }
    return checked_path(filled(settings_.pattern, normalized_id));
}

Result<std::string> ImageNames::path_of(std::string_view normalized_id) const {
    Result<ImageName> name = name_of(normalized_id);
    if (!name) {
        return failed(std::move(name).error());
    }
    if (name->is_url) {
        return failed(
            Error(Reason::image_url_not_allowed,
                  "the image is named by a URL, which this kind of storage does not hold")
                .hint("map the URLs to names with normalized_storage.ids.rewrite, or use type "
                      "webdav for this dump"));
    }
    return std::move(name->text);
}

std::vector<std::string> ImageNames::rewritten_urls() const {
    std::vector<std::string> urls;
    for (const RewriteRule& rule : settings_.rewrite) {
        if (is_absolute_url(rule.to)) {
            urls.push_back(rule.to);
        }
    }
    return urls;
}

std::string ImageNames::prefix() const {
    return settings_.pattern.substr(0, settings_.pattern.find(kOpen));
}

std::string ImageNames::common_prefix() const {
    return settings_.rewrite.empty() ? prefix() : std::string();
}

}  // namespace ffdump
