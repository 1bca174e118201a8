// SPDX-License-Identifier: Apache-2.0
#include "http_reach.hpp"

#include <fmt/format.h>

#include <array>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

HttpAuth auth_of(StorageAuth auth) {
    constexpr std::array kSame{HttpAuth::none, HttpAuth::basic, HttpAuth::digest, HttpAuth::any,
                               HttpAuth::bearer};
    return kSame.at(static_cast<std::size_t>(auth));
}

/// What holds for every origin: the way there.
HttpAccess way_of(const StorageAccess& access) {
    HttpAccess made;
    made.proxy = access.proxy;
    made.proxy_user = Secret(access.proxy_user);
    made.proxy_password = access.proxy_password;
    made.ca_file = access.ca_file;
    made.http2 = access.http2;
    return made;
}

}  // namespace

HttpRequest HttpReach::request(HttpMethod method, std::string url, SharedAccess access) const {
    HttpRequest made;
    made.method = method;
    made.url = std::move(url);
    made.timeouts = timeouts;
    made.max_body = max_bytes;
    made.access = std::move(access);
    return made;
}

HttpReach make_reach(const Settings& settings, const StorageSettings& storage) {
    const StorageAccess& access = storage.access;
    HttpAccess own = way_of(access);
    own.auth = auth_of(access.auth);
    own.user = Secret(access.user);
    own.password = access.password;
    own.headers = access.headers;
    own.client_certificate = access.client_certificate;
    own.client_key = access.client_key;
    own.client_key_password = access.client_key_password;
    HttpReach reach;
    reach.own = std::make_shared<const HttpAccess>(std::move(own));
    reach.foreign = std::make_shared<const HttpAccess>(way_of(access));
    reach.timeouts = {settings.storage_timeouts.connect, settings.storage_timeouts.response_header,
                      settings.storage_timeouts.overall};
    reach.max_bytes = settings.limits.image_bytes;
    reach.bounds = {settings.limits.image_side_least, settings.limits.image_side_most};
    return reach;
}

Result<Image> image_of_answer(HttpAnswer answer, const ImageBounds& bounds) {
    if (!answer.content_encoding.empty() && answer.content_encoding != "identity") {
        return failed(Reason::answer_malformed,
                      "the image is sent with a Content-Encoding, which was not asked for");
    }
    const Result<ImageHeader> header = check_image(answer.body, bounds);
    if (!header) {
        return failed(header.error());
    }
    return Image{std::make_shared<const std::string>(std::move(answer.body)), header->kind};
}

Error transport_error(Error error, std::size_t max_bytes) {
    if (error.reason() != Reason::answer_too_large) {
        return error;
    }
    return {Reason::image_too_large, fmt::format("the image is over {} bytes", max_bytes)};
}

Error status_error(const HttpAnswer& answer) {
    const int status = answer.status;
    const std::string text = fmt::format("status {}", status);
    if (status == 404 || status == 410) {
        return {Reason::image_missing, fmt::format("the storage has no such image ({})", text)};
    }
    if (status == 401) {
        return Error(Reason::service_refuses, text)
            .hint("check normalized_storage.access.auth: kind, user and password or token");
    }
    if (status == 407) {
        return Error(Reason::service_refuses, text + ": the proxy wants credentials")
            .hint("set normalized_storage.access.proxy-user and proxy-password");
    }
    if (status == 403) {
        return {Reason::service_refuses, text};
    }
    if (status == 429 || status / 100 == 5) {
        Error error(Reason::service_overloaded, text);
        return answer.retry_after ? std::move(error).retry_after(*answer.retry_after)
                                  : std::move(error);
    }
    return {Reason::answer_malformed, fmt::format("{}, where 200 or 404 was to be expected", text)};
}

}  // namespace ffdump
