// SPDX-License-Identifier: Apache-2.0
#include "answer_text.hpp"
#include "balanced_extractor.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// In a row: then the others get what it would get.
constexpr unsigned kServerFaults = 3;

/// What an answer to `count` images may be at most: a facen of the largest dimension in base64 for
/// each, 64 KiB of other things for each and for the whole, never over 64 MiB.
std::size_t answer_limit(std::size_t count) {
    constexpr std::size_t kMost = 64U << 20U;
    constexpr std::size_t kOther = 64U << 10U;
    constexpr std::size_t kFacen = kMaxDimension * sizeof(float) * 4 / 3;
    return count > kMost / (kFacen + kOther)
               ? kMost
               : std::min(kMost, kOther + (count * (kFacen + kOther)));
}

std::string join_url(std::string_view base, std::string_view path) {
    while (base.ends_with('/')) {
        base.remove_suffix(1);
    }
    while (path.starts_with('/')) {
        path.remove_prefix(1);
    }
    return fmt::format("{}/{}", base, path);
}

bool is_rejection(int status) {
    return status == 400 || status == 413 || status == 415 || status == 422;
}

bool is_refusal(int status) {
    return status == 401 || status == 403 || status == 404 || status == 405;
}

SharedAccess access_of(const Settings& settings) {
    HttpAccess access;
    access.proxy = settings.extraction_access.proxy;
    access.proxy_user = Secret(settings.extraction_access.proxy_user);
    access.proxy_password = settings.extraction_access.proxy_password;
    return std::make_shared<const HttpAccess>(std::move(access));
}

/// What an answer other than 200 says.
Error status_error(const HttpAnswer& answer) {
    const int status = answer.status;
    const std::string words = error_words_of_body(answer.body);
    const std::string text = fmt::format("status {}{}{}", status, words.empty() ? "" : ", ", words);
    if (is_rejection(status)) {
        return {Reason::extraction_rejected, text};
    }
    if (status == 407) {
        return Error(Reason::service_refuses, text + ": the proxy wants credentials")
            .hint("set extraction-api.access.proxy-user and proxy-password");
    }
    if (is_refusal(status)) {
        return {Reason::service_refuses, text};
    }
    if (status == 429 || status / 100 == 5) {
        Error error(Reason::service_overloaded, text);
        return answer.retry_after ? std::move(error).retry_after(*answer.retry_after)
                                  : std::move(error);
    }
    return {Reason::answer_malformed, text + ", where 200 was to be expected"};
}

Result<std::vector<ExtractedFacen>> read_answer(const ExtractionTarget& target,
                                                const HttpAnswer& answer, std::size_t count) {
    if (answer.status != 200) {
        return failed(status_error(answer));
    }
    if (!answer.content_encoding.empty() && answer.content_encoding != "identity") {
        return failed(Reason::answer_malformed,
                      "the answer has a Content-Encoding, which was not asked for");
    }
    return parse_answer(target, answer.body, count);
}

std::vector<HttpPart> parts_of(const ExtractionTarget& target, std::vector<SharedBytes> images) {
    std::vector<HttpPart> parts;
    parts.reserve(images.size() + 1);
    parts.push_back({"request", "", "application/json",
                     std::make_shared<const std::string>(request_json(target, images.size()))});
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::string name = fmt::format("image{}", i);
        parts.push_back({name, name, "application/octet-stream", std::move(images[i])});
    }
    return parts;
}

class HttpExtractor final : public Extractor {
 public:
    HttpExtractor(const Settings& settings, std::string url, HttpTransport& transport)
        : transport_(transport),
          base_(std::move(url)),
          timeouts_{settings.extraction_timeouts.connect,
                    settings.extraction_timeouts.response_header,
                    settings.extraction_timeouts.overall},
          access_(access_of(settings)) {}

    void extract(const ExtractionTarget& target, std::vector<SharedBytes> images,
                 BatchDone done) override {
        const std::size_t count = images.size();
        HttpRequest request;
        request.method = HttpMethod::post;
        request.url = join_url(base_, target.path);
        request.timeouts = timeouts_;
        request.access = access_;
        request.max_body = answer_limit(count);
        request.parts = parts_of(target, std::move(images));
        std::string place = bare_url(request.url);
        transport_.send(std::move(request), [target, count, place = std::move(place),
                                             done = std::move(done)](Result<HttpAnswer> result) {
            Result<std::vector<ExtractedFacen>> facens =
                result ? read_answer(target, *result, count) : failed(std::move(result).error());
            if (!facens) {
                facens = failed(
                    std::move(facens).error().at_url(place).while_doing("extracting facens"));
            }
            done(std::move(facens));
        });
    }

    [[nodiscard]] std::string describe() const override {
        return fmt::format("extraction-api {}", bare_url(base_));
    }

 private:
    HttpTransport& transport_;
    std::string base_;
    HttpTimeouts timeouts_;
    SharedAccess access_;
};

}  // namespace

std::unique_ptr<Extractor> make_http_extractor(const Settings& settings, HttpTransport& transport,
                                               const Clock& clock, std::uint64_t seed) {
    if (settings.extraction_urls.size() < 2) {
        const bool has_one = !settings.extraction_urls.empty();
        return std::make_unique<HttpExtractor>(
            settings, has_one ? settings.extraction_urls.front() : std::string(), transport);
    }
    std::vector<std::unique_ptr<Extractor>> servers;
    for (const std::string& url : settings.extraction_urls) {
        servers.push_back(std::make_unique<HttpExtractor>(settings, url, transport));
    }
    const GateFigures figures{.max_retry_after = settings.retry.max_retry_after,
                              .probe_max = settings.retry.probe_max,
                              .breaker_faults = kServerFaults};
    return std::make_unique<BalancedExtractor>(std::move(servers), figures, clock, seed);
}

}  // namespace ffdump
