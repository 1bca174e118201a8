// SPDX-License-Identifier: Apache-2.0
#include "http_image_store.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr unsigned kMaxRedirects = 3;

bool is_redirect(int status) {
    return status == 301 || status == 302 || status == 303 || status == 307 || status == 308;
}

/// What an answer without an image says.
Error status_error(const HttpAnswer& answer) {
    const int status = answer.status;
    const std::string text = fmt::format("status {}", status);
    if (status == 404 || status == 410) {
        return {Reason::image_missing, fmt::format("the storage has no such image ({})", text)};
    }
    if (status == 401 || status == 403) {
        return {Reason::service_refuses, text};
    }
    if (status == 429 || status / 100 == 5) {
        Error error(Reason::service_overloaded, text);
        return answer.retry_after ? std::move(error).retry_after(*answer.retry_after)
                                  : std::move(error);
    }
    return {Reason::answer_malformed, fmt::format("{}, where 200 or 404 was to be expected", text)};
}

Result<Image> image_of(HttpAnswer answer) {
    if (!answer.content_encoding.empty() && answer.content_encoding != "identity") {
        return failed(Reason::answer_malformed,
                      "the image is sent with a Content-Encoding, which was not asked for");
    }
    Result<ImageKind> kind = sniff_image(answer.body);
    if (!kind) {
        return failed(std::move(kind).error());
    }
    return Image{std::make_shared<const std::string>(std::move(answer.body)), *kind};
}

}  // namespace

HttpImageStore::HttpImageStore(const Settings& settings, HttpTransport& transport)
    : transport_(transport),
      upload_url_(settings.storage.upload_url),
      origins_(settings.image_hosts),
      timeouts_{settings.storage_timeouts.connect, settings.storage_timeouts.response_header,
                settings.storage_timeouts.overall},
      max_bytes_(settings.limits.image_bytes) {}

void HttpImageStore::fetch(std::string normalized_id, ImageDone done) {
    Result<std::string> url = image_url(upload_url_, normalized_id, origins_);
    if (!url) {
        done(failed(std::move(url).error().while_doing("fetching the image")));
        return;
    }
    send({std::move(*url), 0, std::move(done)});
}

void HttpImageStore::send(Order order) {
    HttpRequest request;
    request.url = order.url;
    request.timeouts = timeouts_;
    request.max_body = max_bytes_;
    // std::function wants what it holds to be copyable, done is called once all the same.
    auto kept = std::make_shared<Order>(std::move(order));
    transport_.send(std::move(request), [this, kept](Result<HttpAnswer> result) {
        take(std::move(*kept), std::move(result));
    });
}

void HttpImageStore::take(Order order, Result<HttpAnswer> result) {
    if (result && is_redirect(result->status)) {
        follow(std::move(order), *result);
        return;
    }
    const auto fail = [&order](Error error) {
        order.done(
            failed(std::move(error).at_url(bare_url(order.url)).while_doing("fetching the image")));
    };
    if (!result) {
        const bool too_large = result.error().reason() == Reason::answer_too_large;
        fail(too_large ? Error(Reason::image_too_large,
                               fmt::format("the image is over {} bytes", max_bytes_))
                       : std::move(result).error());
        return;
    }
    if (result->status != 200) {
        fail(status_error(*result));
        return;
    }
    Result<Image> image = image_of(std::move(*result));
    if (!image) {
        fail(std::move(image).error());
        return;
    }
    order.done(std::move(image));
}

void HttpImageStore::follow(Order order, const HttpAnswer& answer) {
    const auto fail = [&order](Error error) {
        order.done(
            failed(std::move(error).at_url(bare_url(order.url)).while_doing("fetching the image")));
    };
    const std::string& target = answer.redirect_url;
    if (bare_url(target) == bare_url(order.url) + "/") {
        fail(Error(Reason::image_missing, "the name is that of a folder in the storage"));
    } else if (!is_allowed(order.url, target)) {
        fail(Error(Reason::service_refuses,
                   fmt::format("status {} redirects to {}", answer.status,
                               target.empty() ? "nowhere" : "a host that is not configured"))
                 .hint("give the storage's final address as upload-url, or add the host to "
                       "ffdump.image_hosts if it is yours"));
    } else if (order.redirects == kMaxRedirects) {
        fail(Error(Reason::service_refuses, fmt::format("more than {} redirects", kMaxRedirects))
                 .hint("give the storage's final address as upload-url"));
    } else {
        send({target, order.redirects + 1, std::move(order.done)});
    }
}

bool HttpImageStore::is_allowed(const std::string& from, const std::string& to) const {
    const Result<std::string> target = url_origin(to);
    if (!target || (from.starts_with("https:") && !target->starts_with("https:"))) {
        return false;
    }
    const auto is_target = [&target](const std::string& url) {
        const Result<std::string> origin = url_origin(url);
        return origin && *origin == *target;
    };
    return is_target(from) || is_target(upload_url_) || std::ranges::any_of(origins_, is_target);
}

std::string HttpImageStore::describe() const {
    return fmt::format("webdav {}", bare_url(upload_url_));
}

}  // namespace ffdump
