// SPDX-License-Identifier: Apache-2.0
#include "image_id.hpp"
#include "url_encoding.hpp"

#include "ffdump/images/image_store.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ffdump {
namespace {

bool has_origin(const std::string& wanted, std::string_view url) {
    const Result<std::string> origin = url_origin(url);
    return origin && *origin == wanted;
}

/// 2.x stored absolute URLs, some with a doubled slash (findface.md, section 4): taken as they are.
Result<std::string> absolute_url(std::string_view upload_url, std::string_view url,
                                 const std::vector<std::string>& allowed_origins) {
    if (!is_http_url(url)) {
        return failed(Reason::image_url_not_allowed, "the URL is neither http nor https");
    }
    if (url.size() > kMaxImageIdBytes) {
        return failed(Reason::image_id_invalid,
                      fmt::format("the URL is over {} bytes", kMaxImageIdBytes));
    }
    const std::size_t host = url.find("://") + 3;
    const std::size_t path = std::min(url.find_first_of("/?#", host), url.size());
    const std::string_view rest = url.substr(path);
    if (auto checked =
            check_segments(rest.substr(0, rest.find_first_of("?#")), EmptySegments::allowed);
        !checked) {
        return failed(std::move(checked).error());
    }
    if (rest.find('#') != std::string_view::npos) {
        return failed(Reason::image_id_invalid, "the URL has a fragment");
    }
    if (url.substr(host, path - host).find('@') != std::string_view::npos) {
        return failed(Reason::image_url_not_allowed, "the URL has a user name in it");
    }
    const Result<std::string> origin = url_origin(url);
    if (!origin) {
        return failed(Reason::image_id_invalid, origin.error().detail());
    }
    const bool allowed = has_origin(*origin, upload_url) ||
                         std::ranges::any_of(allowed_origins, [&origin](const std::string& other) {
                             return has_origin(*origin, other);
                         });
    if (!allowed) {
        return failed(Reason::image_url_not_allowed,
                      "the URL's host is neither that of upload-url nor in ffdump.image_hosts");
    }
    return std::string(url);
}

}  // namespace

Result<std::string> image_url(std::string_view upload_url, std::string_view normalized_id,
                              const std::vector<std::string>& allowed_origins) {
    if (is_absolute_url(normalized_id)) {
        return absolute_url(upload_url, normalized_id, allowed_origins);
    }
    if (auto checked = check_image_id(normalized_id); !checked) {
        return failed(std::move(checked).error());
    }
    std::string url;
    url.reserve(upload_url.size() + 1 + normalized_id.size());
    url += upload_url;
    if (!url.ends_with('/')) {
        url += '/';
    }
    append_path(url, normalized_id);
    return url;
}

}  // namespace ffdump
