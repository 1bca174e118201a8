// SPDX-License-Identifier: Apache-2.0
#include "s3_image_store.hpp"

#include "s3_error.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace ffdump {
namespace {

/// SHA-256 of the empty body that every GET has. libcurl signs the header but does not add it.
constexpr std::string_view kEmptyBodyHash =
    "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855";

Error placed(Error error, const std::string& url) {
    return std::move(error).at_url(bare_url(url)).while_doing("fetching the image");
}

}  // namespace

SharedAccess signing_access(const S3Settings& settings, const SharedAccess& plain) {
    if (settings.access_key.empty()) {
        return plain;
    }
    HttpAccess access = *plain;
    access.auth = HttpAuth::sigv4;
    access.user = settings.access_key;
    access.password = settings.secret_access_key;
    access.sigv4_scope = fmt::format(
        "aws:amz:{}:s3", settings.region.empty() ? "us-east-1" : settings.region.c_str());
    access.headers.emplace_back("x-amz-content-sha256", Secret(std::string(kEmptyBodyHash)));
    if (!settings.session_token.empty()) {
        access.headers.emplace_back("x-amz-security-token", settings.session_token);
    }
    return std::make_shared<const HttpAccess>(std::move(access));
}

S3ImageStore::S3ImageStore(S3Settings settings, S3Place place, ImageNames names, HttpReach reach,
                           HttpTransport& transport)
    : settings_(std::move(settings)),
      place_(std::move(place)),
      names_(std::move(names)),
      reach_(std::move(reach)),
      transport_(transport) {
    reach_.own = signing_access(settings_, reach_.own);
}

bool S3ImageStore::is_public() const noexcept {
    return settings_.access_key.empty() && !settings_.public_url.empty();
}

Result<std::string> S3ImageStore::url_of(const std::string& normalized_id) const {
    Result<std::string> key = names_.path_of(normalized_id);
    if (!key) {
        return failed(std::move(key).error().while_doing("fetching the image"));
    }
    return is_public() ? image_url(settings_.public_url, *key, {}) : place_.object_url(*key);
}

Error S3ImageStore::error_of(const HttpAnswer& answer) const {
    return s3_error(answer, settings_, place_.words());
}

void S3ImageStore::fetch(std::string normalized_id, ImageDone done) {
    Result<std::string> url = url_of(normalized_id);
    if (!url) {
        done(failed(std::move(url).error()));
        return;
    }
    HttpRequest request = reach_.request(HttpMethod::get, *url, reach_.own);
    transport_.send(std::move(request), [this, url = std::move(*url),
                                         done = std::move(done)](Result<HttpAnswer> answer) {
        if (!answer) {
            done(failed(placed(transport_error(std::move(answer).error(), reach_.max_bytes), url)));
        } else if (answer->status != 200) {
            done(failed(placed(error_of(*answer), url)));
        } else if (Result<Image> image = image_of_answer(std::move(*answer), reach_.bounds);
                   image) {
            done(std::move(image));
        } else {
            done(failed(placed(std::move(image).error(), url)));
        }
    });
}

void S3ImageStore::prepare_checks(std::uint64_t images, ChecksPrepared done) {
    if (is_public()) {
        done("");
        return;
    }
    list_.emplace(S3BucketList::Order{place_, names_.common_prefix(), reach_, settings_},
                  transport_);
    list_->read(images, std::move(done));
}

void S3ImageStore::check_in_list(const std::string& normalized_id, const PresenceDone& done) const {
    const Result<std::string> key = names_.path_of(normalized_id);
    if (!key) {
        done(failed(Error(key.error()).while_doing("fetching the image")));
    } else if (list_->has(*key)) {
        done({});
    } else {
        done(failed(placed(
            Error(Reason::image_missing, "the bucket's list has no such object, " + place_.words()),
            place_.object_url(*key))));
    }
}

void S3ImageStore::check(std::string normalized_id, PresenceDone done) {
    if (list_ && list_->is_whole()) {
        check_in_list(normalized_id, done);
        return;
    }
    Result<std::string> url = url_of(normalized_id);
    if (!url) {
        done(failed(std::move(url).error()));
        return;
    }
    look(std::move(*url), HttpMethod::head, std::move(done));
}

void S3ImageStore::look(std::string url, HttpMethod method, PresenceDone done) {
    HttpRequest request = reach_.request(method, url, reach_.own);
    transport_.send(std::move(request), [this, method, url = std::move(url),
                                         done = std::move(done)](Result<HttpAnswer> answer) {
        // An answer to HEAD has no body and so no code: 404 may be the bucket, 403 anything.
        if (answer && answer->status != 200 && method == HttpMethod::head) {
            look(url, HttpMethod::get, done);
        } else if (!answer) {
            done(failed(placed(std::move(answer).error(), url)));
        } else if (answer->status != 200) {
            done(failed(placed(error_of(*answer), url)));
        } else {
            done({});
        }
    });
}

std::string S3ImageStore::describe() const {
    return is_public() ? fmt::format("s3 {}", bare_url(settings_.public_url))
                       : fmt::format("s3 {}", place_.words());
}

}  // namespace ffdump
