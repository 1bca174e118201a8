// SPDX-License-Identifier: Apache-2.0
#include "s3_section.hpp"

#include "s3_credentials.hpp"
#include "url_rule.hpp"

#include <algorithm>
#include <array>
#include <chrono>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

bool is_bucket_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
           });
}

/// libcurl takes a scope of parts between colons.
bool is_region(std::string_view name) {
    return name.size() <= 63 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
                      c == '-' || c == '_' || c == '.';
           });
}

/// The vendor's example gives `operation-timeout: 30`, alone among durations without a unit: Go's
/// flag of that name counts seconds.
void read_operation_timeout(SectionReader& section, S3Settings& s3) {
    constexpr std::string_view kKey = "operation-timeout";
    const YamlNode* node = section.find(kKey);
    const bool bare_number = node != nullptr && !node->scalar.empty() &&
                             node->scalar.find_first_not_of("0123456789") == std::string::npos;
    if (bare_number) {
        unsigned seconds = 0;
        section.whole(kKey, seconds, {0, 86400});
        s3.operation_timeout = std::chrono::seconds(seconds);
    } else {
        section.duration(kKey, s3.operation_timeout);
    }
}

void read_endpoint(SectionReader& section, S3Settings& s3) {
    s3.endpoint = section.text("endpoint").value_or("");
    const bool has_scheme = s3.endpoint.find("://") != std::string::npos;
    if (s3.endpoint.empty()) {
        if (section.find("endpoint") == nullptr) {
            section.mistake("endpoint", "is missing", "write the address of the S3 service");
        }
    } else if (const auto flaw = origin_flaw(has_scheme ? s3.endpoint : "http://" + s3.endpoint)) {
        section.mistake("endpoint", flaw->text, flaw->hint);
    }
}

void read_bucket(SectionReader& section, S3Settings& s3) {
    s3.bucket_name = section.text("bucket-name").value_or("");
    if (s3.bucket_name.empty() && section.find("bucket-name") == nullptr) {
        section.mistake("bucket-name", "is missing", "write the bucket of the normalized images");
    } else if (!s3.bucket_name.empty() && !is_bucket_name(s3.bucket_name)) {
        section.mistake("bucket-name", "is no name of a bucket",
                        "3 to 63 small letters, digits, dots and hyphens");
    }
}

void read_own_keys(SectionReader& section, S3Settings& s3) {
    constexpr std::array kAddressings{S3Addressing::automatic, S3Addressing::path,
                                      S3Addressing::virtual_host};
    s3.addressing =
        kAddressings.at(section.choice("addressing", {"auto", "path", "virtual-host"}).value_or(0));
    constexpr std::array kMeanings{S3Denied::is_fault, S3Denied::is_missing};
    s3.denied = kMeanings.at(section.choice("access-denied-is", {"fault", "missing"}).value_or(0));
}

}  // namespace

void pass_s3(SectionReader& section) {
    section.pass({"endpoint", "bucket-name", "access-key", "access-key-file", "secret-access-key",
                  "secret-access-key-file", "secure", "region", "public-url", "operation-timeout",
                  "session-token", "session-token-file", "credentials-file", "profile",
                  "addressing", "access-denied-is"});
}

void read_s3(SectionReader& section, S3Settings& s3, const Variables& variables,
             const SecretReader& read_secret) {
    read_endpoint(section, s3);
    read_bucket(section, s3);
    read_credentials(section, s3, variables, read_secret);
    const YamlNode* secure = section.find("secure");
    if (secure == nullptr || secure->kind != YamlNode::Kind::scalar || !secure->scalar.empty()) {
        section.flag("secure", s3.secure);  // '' is the vendor's spelling of "not set"
    }
    s3.region = section.text_or_empty("region").value_or("");
    for (const char* const name : {"AWS_REGION", "AWS_DEFAULT_REGION"}) {
        if (const auto found = variables.find(name);
            s3.region.empty() && found != variables.end()) {
            s3.region = found->second.reveal();
        }
    }
    if (!is_region(s3.region)) {
        section.mistake("region", "is no name of a region", "letters, digits and hyphens");
    }
    s3.public_url = section.text_or_empty("public-url").value_or("");
    if (const auto flaw = s3.public_url.empty() ? std::nullopt : url_flaw(s3.public_url)) {
        section.mistake("public-url", flaw->text, flaw->hint);
    }
    read_operation_timeout(section, s3);
    read_own_keys(section, s3);
}

}  // namespace ffdump
