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

Error placed(Error error, const std::string& url) {
    return std::move(error).at_url(bare_url(url)).while_doing("fetching the image");
}

}  // namespace

HttpImageStore::HttpImageStore(std::string upload_url, std::vector<std::string> origins,
                               ImageNames names, HttpReach reach, HttpTransport& transport)
    : transport_(transport),
      upload_url_(std::move(upload_url)),
      own_origin_(url_origin(upload_url_).value_or("")),
      origins_(std::move(origins)),
      names_(std::move(names)),
      reach_(std::move(reach)) {
    for (std::string& url : names_.rewritten_urls()) {
        origins_.push_back(std::move(url));
    }
}

void HttpImageStore::fetch(std::string normalized_id, ImageDone done) {
    start(HttpMethod::get, normalized_id,
          [this, done = std::move(done)](Result<HttpAnswer> answer) {
              if (!answer) {
                  done(failed(std::move(answer).error()));
                  return;
              }
              const std::string url = std::move(answer->redirect_url);  // where it came from
              Result<Image> image = image_of_answer(std::move(*answer), reach_.bounds);
              done(image ? std::move(image) : failed(placed(std::move(image).error(), url)));
          });
}

void HttpImageStore::check(std::string normalized_id, PresenceDone done) {
    start(HttpMethod::head, normalized_id, [done = std::move(done)](Result<HttpAnswer> answer) {
        if (answer) {
            done({});
        } else {
            done(failed(std::move(answer).error()));
        }
    });
}

void HttpImageStore::start(HttpMethod method, const std::string& normalized_id, AnswerDone done) {
    Result<std::string> url = names_.name_of(normalized_id).and_then([this](const ImageName& name) {
        return image_url(upload_url_, name.text, origins_);
    });
    if (!url) {
        done(failed(std::move(url).error().while_doing("fetching the image")));
        return;
    }
    send({method, std::move(*url), 0, std::move(done)});
}

void HttpImageStore::send(Order order) {
    HttpRequest request =
        reach_.request(order.method, order.url, is_own(order.url) ? reach_.own : reach_.foreign);
    // std::function wants what it holds to be copyable, done is called once all the same.
    auto kept = std::make_shared<Order>(std::move(order));
    transport_.send(std::move(request), [this, kept](Result<HttpAnswer> result) {
        take(std::move(*kept), std::move(result));
    });
}

void HttpImageStore::take(Order order, Result<HttpAnswer> result) {
    if (!result) {
        order.done(failed(
            placed(transport_error(std::move(result).error(), reach_.max_bytes), order.url)));
    } else if (is_redirect(result->status)) {
        follow(std::move(order), *result);
    } else if (result->status != 200) {
        order.done(failed(placed(status_error(*result), order.url)));
    } else {
        result->redirect_url = std::move(order.url);
        order.done(std::move(result));
    }
}

void HttpImageStore::follow(Order order, const HttpAnswer& answer) {
    const std::string& target = answer.redirect_url;
    const auto fail = [&order](Error error) {
        order.done(failed(placed(std::move(error), order.url)));
    };
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
        send({order.method, target, order.redirects + 1, std::move(order.done)});
    }
}

bool HttpImageStore::is_own(const std::string& url) const {
    // What was built from upload-url begins with it; only absolute URLs of records and redirects
    // need a closer look.
    if (url.starts_with(upload_url_) && upload_url_.ends_with('/')) {
        return true;
    }
    const Result<std::string> origin = url_origin(url);
    return origin && *origin == own_origin_;
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
