// SPDX-License-Identifier: Apache-2.0
#include "s3_place.hpp"

#include "url_encoding.hpp"

#include "ffdump/net/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// endpoint with its scheme: the vendor's example writes it without, with `secure` beside it.
std::string with_scheme(const S3Settings& settings) {
    std::string url = settings.endpoint;
    if (url.find("://") == std::string::npos) {
        url.insert(0, settings.secure ? "https://" : "http://");
    }
    while (url.ends_with('/')) {
        url.pop_back();
    }
    return url;
}

bool is_amazon(std::string_view endpoint) {
    const std::string_view host = endpoint.substr(0, endpoint.find_last_of(':'));
    return endpoint.ends_with(".amazonaws.com") || endpoint.ends_with(".amazonaws.com.cn") ||
           host.ends_with(".amazonaws.com");
}

bool is_in_host_name(const S3Settings& settings, std::string_view endpoint) {
    switch (settings.addressing) {
        case S3Addressing::path:
            return false;
        case S3Addressing::virtual_host:
            return true;
        case S3Addressing::automatic:
            break;
    }
    return is_amazon(endpoint) && settings.bucket_name.find('.') == std::string::npos;
}

}  // namespace

Result<S3Place> S3Place::of(const S3Settings& settings) {
    const std::string endpoint = with_scheme(settings);
    if (const Result<std::string> origin = url_origin(endpoint); !origin) {
        return failed(Error(Reason::config_invalid,
                            "normalized_storage.s3.endpoint: " + origin.error().detail()));
    }
    S3Place place;
    place.words_ = fmt::format("bucket {} at {}", settings.bucket_name, bare_url(endpoint));
    if (is_in_host_name(settings, endpoint)) {
        const std::size_t host = endpoint.find("://") + 3;
        place.base_ = fmt::format("{}{}.{}/", endpoint.substr(0, host), settings.bucket_name,
                                  endpoint.substr(host));
    } else {
        place.base_ = fmt::format("{}/{}/", endpoint, settings.bucket_name);
    }
    return place;
}

std::string S3Place::object_url(std::string_view key) const {
    std::string url = base_;
    append_path(url, key);
    return url;
}

std::string S3Place::list_url(std::string_view prefix, std::string_view token) const {
    std::string url = base_;
    if (url.find('/', url.find("://") + 3) + 1 != url.size()) {
        url.pop_back();  // the bucket is in the path: some servers sign it without the last slash
    }
    url += '?';
    if (!token.empty()) {
        url += "continuation-token=";
        append_query_value(url, token);
        url += '&';
    }
    // Keys may hold bytes that XML cannot: to be percent-encoded.
    url += "encoding-type=url&list-type=2";
    if (!prefix.empty()) {
        url += "&prefix=";
        append_query_value(url, prefix);
    }
    return url;
}

}  // namespace ffdump
