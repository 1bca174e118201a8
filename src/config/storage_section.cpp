// SPDX-License-Identifier: Apache-2.0
#include "storage_section.hpp"

#include "url_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLongestSecret = 4096;

/// A secret's text without the line end that editors leave; nothing when it cannot be one.
std::optional<Secret> made_secret(std::string text) {
    if (text.ends_with('\n')) {
        text.pop_back();
    }
    if (text.ends_with('\r')) {
        text.pop_back();
    }
    const bool plain = std::ranges::all_of(
        text, [](char c) { return static_cast<unsigned char>(c) >= 0x20U && c != 0x7F; });
    if (text.empty() || text.size() > kLongestSecret || !plain) {
        return std::nullopt;
    }
    return Secret(std::move(text));
}

/// `key` itself or the file that `key`-file names. No message holds the secret.
Secret read_key(SectionReader& section, const std::string& key, const SecretReader& read_secret) {
    const auto direct = section.text_or_empty(key);
    const std::string file_key = key + "-file";
    const auto path = section.text_or_empty(file_key);
    if (direct && path) {
        section.mistake(file_key, fmt::format("stands beside {}", key), "keep one of the two");
        return {};
    }
    if (direct) {
        return Secret(*direct);
    }
    if (!path) {
        return {};
    }
    if (!read_secret) {
        section.mistake(file_key, "cannot be read here", fmt::format("give {} instead", key));
        return {};
    }
    const auto text = read_secret(*path);
    if (!text) {
        const std::string place = text.error().place_text();
        section.mistake(file_key,
                        fmt::format("cannot be read: {}{}{}", place, place.empty() ? "" : ": ",
                                    text.error().detail()),
                        text.error().hint_text());
        return {};
    }
    auto secret = made_secret(*text);
    if (!secret) {
        section.mistake(file_key, "names a file that holds no key",
                        "put the key on one line of the file and nothing else");
    }
    return secret.value_or(Secret());
}

bool is_bucket_name(std::string_view name) {
    return name.size() >= 3 && name.size() <= 63 && std::ranges::all_of(name, [](char c) {
               return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '.';
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

void read_s3(SectionReader& section, S3Settings& s3, const SecretReader& read_secret) {
    s3.endpoint = section.text("endpoint").value_or("");
    const bool has_scheme = s3.endpoint.find("://") != std::string::npos;
    if (s3.endpoint.empty()) {
        if (section.find("endpoint") == nullptr) {
            section.mistake("endpoint", "is missing", "write the address of the S3 service");
        }
    } else if (const auto flaw = origin_flaw(has_scheme ? s3.endpoint : "http://" + s3.endpoint)) {
        section.mistake("endpoint", flaw->text, flaw->hint);
    }
    s3.bucket_name = section.text("bucket-name").value_or("");
    if (s3.bucket_name.empty() && section.find("bucket-name") == nullptr) {
        section.mistake("bucket-name", "is missing", "write the bucket of the normalized images");
    } else if (!s3.bucket_name.empty() && !is_bucket_name(s3.bucket_name)) {
        section.mistake("bucket-name", "is no name of a bucket",
                        "3 to 63 small letters, digits, dots and hyphens");
    }
    s3.access_key = read_key(section, "access-key", read_secret);
    s3.secret_access_key = read_key(section, "secret-access-key", read_secret);
    const YamlNode* secure = section.find("secure");
    if (secure == nullptr || secure->kind != YamlNode::Kind::scalar || !secure->scalar.empty()) {
        section.flag("secure", s3.secure);  // '' is the vendor's spelling of "not set"
    }
    s3.region = section.text_or_empty("region").value_or("");
    s3.public_url = section.text_or_empty("public-url").value_or("");
    if (const auto flaw = s3.public_url.empty() ? std::nullopt : url_flaw(s3.public_url)) {
        section.mistake("public-url", flaw->text, flaw->hint);
    }
    read_operation_timeout(section, s3);
}

void read_webdav(SectionReader& section, StorageSettings& storage, Images images) {
    storage.upload_url = section.url("upload-url").value_or("");
    if (section.find("upload-url") == nullptr && images == Images::needed) {
        section.mistake("upload-url", "is missing, so there are no images",
                        "write the address of findface-upload, such as "
                        "http://127.0.0.1:3333/uploads/");
    }
}

void read_directory(SectionReader& section, StorageSettings& storage, Images images) {
    storage.directory = section.text("path").value_or("");
    if (section.find("path") == nullptr && images == Images::needed) {
        section.mistake("path", "is missing, so there are no images",
                        "write the folder that holds a copy of the uploads");
    }
}

}  // namespace

void read_storage(SectionReader& section, StorageSettings& storage, Images images,
                  const SecretReader& read_secret) {
    constexpr std::array kTypes = {StorageType::webdav, StorageType::s3, StorageType::directory};
    const auto choice = section.choice("type", {"webdav", "s3", "directory"});
    storage.type = kTypes.at(choice.value_or(0));
    const bool known = choice || section.find("type") == nullptr;
    section.flag("enabled", storage.enabled);
    if (!storage.enabled && images == Images::needed) {
        section.mistake("enabled",
                        "is false: without normalized images there is nothing to extract from",
                        "set it to true, or let every gallery copy or drop: "
                        "ffdump.galleries: {\"*\": {action: copy}}");
    }
    const Images wanted = storage.enabled && known ? images : Images::not_needed;
    section.section("webdav", [&](SectionReader& webdav) {
        webdav.pass({"upload-url"});
        if (known && storage.type == StorageType::webdav) {
            read_webdav(webdav, storage, wanted);
        }
    });
    section.section("s3", [&](SectionReader& s3) {
        s3.pass({"endpoint", "bucket-name", "access-key", "access-key-file", "secret-access-key",
                 "secret-access-key-file", "secure", "region", "public-url", "operation-timeout"});
        if (known && storage.type == StorageType::s3) {
            read_s3(s3, storage.s3, read_secret);
        }
    });
    section.section("directory", [&](SectionReader& directory) {
        directory.pass({"path"});
        if (known && storage.type == StorageType::directory) {
            read_directory(directory, storage, wanted);
        }
    });
}

}  // namespace ffdump
