// SPDX-License-Identifier: Apache-2.0
#include "s3_error.hpp"

#include "http_reach.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>

namespace ffdump {
namespace {

struct CodeRow {
    std::string_view code;
    Reason reason;
    std::string_view sentence;
    std::string_view hint;
};

using enum Reason;

constexpr std::string_view kRegionHint = "set normalized_storage.s3.region to the bucket's region";
constexpr std::string_view kTokenHint =
    "get new temporary keys and set normalized_storage.s3.session-token with them";

// Codes of Amazon's list; Ceph, MinIO and Swift use the same.
constexpr auto kRows = std::to_array<CodeRow>({
    {"NoSuchKey", image_missing, "the bucket has no such object",
     "restore the image, or set normalized_storage.ids.template if keys have a prefix"},
    {"NoSuchBucket", service_refuses, "there is no such bucket",
     "check normalized_storage.s3.bucket-name and endpoint"},
    {"SignatureDoesNotMatch", service_refuses,
     "the signature is wrong: the secret access key does not belong to the access key",
     "check normalized_storage.s3.secret-access-key"},
    {"InvalidAccessKeyId", service_refuses, "the access key is not known",
     "check normalized_storage.s3.access-key and endpoint"},
    {"RequestTimeTooSkewed", service_refuses,
     "this machine's clock and the storage's are too far apart",
     "set this machine's clock (timedatectl, chronyc), then run the same command again"},
    {"ExpiredToken", service_refuses, "the session token has expired", kTokenHint},
    {"InvalidToken", service_refuses, "the session token is not valid", kTokenHint},
    {"AuthorizationHeaderMalformed", service_refuses, "the signature names a wrong region",
     kRegionHint},
    {"PermanentRedirect", service_refuses, "the bucket is served from another endpoint",
     "set normalized_storage.s3.endpoint and region to the bucket's"},
    {"AccountProblem", service_refuses, "the account is blocked", "ask the storage's operator"},
    {"SlowDown", service_overloaded, "the storage asks for fewer requests", ""},
    {"RequestLimitExceeded", service_overloaded, "the storage asks for fewer requests", ""},
    {"ServiceUnavailable", service_overloaded, "the storage is not available", ""},
    {"InternalError", service_overloaded, "the storage had an error of its own", ""},
    {"RequestTimeout", service_overloaded, "the storage did not get the request in time", ""},
});

Error denied(const S3Settings& settings, const std::string& place) {
    if (settings.denied == S3Denied::is_missing) {
        return {
            image_missing,
            fmt::format("AccessDenied, which counts as missing (access-denied-is), in {}", place)};
    }
    if (settings.access_key.empty()) {
        return Error(service_refuses,
                     fmt::format("AccessDenied: {} is not open to requests without keys", place))
            .hint("set normalized_storage.s3.access-key and secret-access-key");
    }
    return Error(service_refuses,
                 fmt::format("AccessDenied: the keys may not read this object in {}, or it is "
                             "missing and they may not list the bucket",
                             place))
        .hint(
            "grant s3:GetObject and s3:ListBucket; where listing cannot be granted set "
            "normalized_storage.s3.access-denied-is to missing");
}

std::string skew_text(const HttpAnswer& answer) {
    const std::string server = xml_text(answer.body, "ServerTime");
    const std::string& date = server.empty() ? answer.date : server;
    return date.empty() ? std::string()
                        : fmt::format(" (the storage's clock says {})", printable(date));
}

Error row_error(const CodeRow& row, const HttpAnswer& answer, const std::string& place) {
    std::string detail = fmt::format("{}: {}, {}", row.code, row.sentence, place);
    if (row.code == "RequestTimeTooSkewed") {
        detail += skew_text(answer);
    }
    if (const std::string region = xml_text(answer.body, "Region");
        row.hint == kRegionHint && !region.empty()) {
        detail += fmt::format(" (it wants {})", printable(region));
    }
    Error error(row.reason, std::move(detail));
    if (row.reason == service_overloaded) {
        return answer.retry_after ? std::move(error).retry_after(*answer.retry_after)
                                  : std::move(error);
    }
    return std::move(error).hint(std::string(row.hint));
}

/// What a HEAD or an empty body lets one say.
std::string_view code_of_status(int status) {
    return status == 404 ? "NoSuchKey" : status == 403 ? "AccessDenied" : "";
}

}  // namespace

std::string xml_text(std::string_view xml, std::string_view name) {
    constexpr std::size_t kLongest = 200;
    const std::string open = fmt::format("<{}>", name);
    const std::size_t at = xml.find(open);
    if (at == std::string_view::npos) {
        return {};
    }
    const std::string_view rest = xml.substr(at + open.size());
    return std::string(rest.substr(0, std::min(rest.find('<'), kLongest)));
}

Error s3_error(const HttpAnswer& answer, const S3Settings& settings, const std::string& place) {
    std::string code = xml_text(answer.body, "Code");
    if (code.empty()) {
        code = code_of_status(answer.status);
    }
    if (code == "AccessDenied") {
        return denied(settings, place);
    }
    if (const auto* const row = std::ranges::find(kRows, code, &CodeRow::code);
        row != kRows.end()) {
        return row_error(*row, answer, place);
    }
    if (answer.status == 301 || answer.status == 307) {
        return row_error(*std::ranges::find(kRows, "PermanentRedirect", &CodeRow::code), answer,
                         place);
    }
    if (code.empty() || answer.status == 429 || answer.status / 100 == 5) {
        return status_error(answer);
    }
    return {service_refuses,
            fmt::format("status {}, code {}, {}", answer.status, printable(code), place)};
}

}  // namespace ffdump
