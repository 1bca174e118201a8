// SPDX-License-Identifier: Apache-2.0
#include "byte_size.hpp"
#include "go_duration.hpp"
#include "mistakes.hpp"
#include "url_rule.hpp"

#include "ffdump/config/load_settings.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <array>
#include <utility>

namespace ffdump {
namespace {

/// Adds values under one dotted section.
class Description {
 public:
    Description(std::map<std::string, std::string>& out, std::string section)
        : out_(out), section_(std::move(section)) {}

    void add(std::string_view key, std::string value) const {
        out_[dotted(section_, key)] = std::move(value);
    }
    void add(std::string_view key, std::chrono::milliseconds value) const {
        add(key, go_duration_text(value));
    }
    void add_number(std::string_view key, std::uint64_t value) const {
        add(key, std::to_string(value));
    }
    void add_or_auto(std::string_view key, std::uint64_t value) const {
        add(key, value == 0 ? "auto" : std::to_string(value));
    }
    void add_bytes(std::string_view key, std::uint64_t value) const {
        add(key, byte_size_text(value));
    }
    void add_url(std::string_view key, std::string_view value) const {
        add(key, url_without_secrets(value));
    }
    void add_list(std::string_view key, const std::vector<std::string>& values) const {
        add(key, fmt::format("{}", fmt::join(values, ", ")));
    }
    [[nodiscard]] Description below(std::string_view key) const {
        return {out_, dotted(section_, key)};
    }

 private:
    std::map<std::string, std::string>& out_;
    std::string section_;
};

std::string action_text(GalleryAction action) {
    constexpr std::array<std::string_view, 4> kNames = {"automatic", "migrate", "copy", "drop"};
    return std::string(kNames.at(static_cast<std::size_t>(action)));
}

void describe_timeouts(const Description& out, const Timeouts& timeouts) {
    out.add("connect", timeouts.connect);
    out.add("response_header", timeouts.response_header);
    out.add("overall", timeouts.overall);
    out.add("idle_connection", timeouts.idle_connection);
}

void describe_target(const Description& out, const ExtractionTarget& target) {
    out.add("api", target.api == ApiVersion::v1 ? "v1" : "v2");
    out.add("path", target.path);
    out.add("detector", target.detector);
    out.add_list("attributes", target.attributes);
    out.add("objects", target.objects);
    out.add("vector", target.vector);
}

void describe_gallery(const Description& out, const GallerySettings& gallery) {
    out.add("action", action_text(gallery.action));
    const auto add_given = [&out](std::string_view key, const auto& value) {
        if (value) {
            out.add(key, *value);
        }
    };
    add_given("object_type", gallery.object_type);
    add_given("model", gallery.model);
    add_given("expected_model", gallery.expected_model);
    if (gallery.dimension) {
        out.add_number("dimension", *gallery.dimension);
    }
    if (gallery.extraction) {
        describe_target(out.below("extraction"), *gallery.extraction);
    }
}

void describe_s3(const Description& out, const S3Settings& s3) {
    constexpr std::array<std::string_view, 3> kAddressings{"auto", "path", "virtual-host"};
    out.add_url("endpoint", s3.endpoint);
    out.add("bucket-name", s3.bucket_name);
    out.add("secure", s3.secure ? "true" : "false");
    out.add("region", s3.region);
    out.add_url("public-url", s3.public_url);
    out.add("operation-timeout", s3.operation_timeout);
    out.add("addressing", std::string(kAddressings.at(static_cast<std::size_t>(s3.addressing))));
    out.add("access-denied-is", s3.denied == S3Denied::is_missing ? "missing" : "fault");
    out.add("signed", s3.access_key.empty() ? "false" : "true");
}

void describe_access(const Description& out, const StorageAccess& access) {
    constexpr std::array<std::string_view, 5> kKinds{"none", "basic", "digest", "any", "bearer"};
    out.add("auth", std::string(kKinds.at(static_cast<std::size_t>(access.auth))));
    std::vector<std::string> names;
    names.reserve(access.headers.size());
    for (const auto& [name, value] : access.headers) {
        names.push_back(name);
    }
    out.add_list("headers", names);
    out.add_url("proxy", access.proxy);
    out.add("ca-file", access.ca_file);
    out.add("client-certificate", access.client_certificate);
    out.add("http2", access.http2 ? "true" : "false");
}

void describe_ids(const Description& out, const ImageIdSettings& ids) {
    out.add("template", ids.pattern);
    std::vector<std::string> rules;
    rules.reserve(ids.rewrite.size());
    for (const RewriteRule& rule : ids.rewrite) {
        rules.push_back(
            fmt::format("{} -> {}", url_without_secrets(rule.from), url_without_secrets(rule.to)));
    }
    out.add_list("rewrite", rules);
}

/// Of a storage only what its type uses; no secret.
void describe_place(const Description& out, const StorageSettings& storage) {
    constexpr std::array<std::string_view, 5> kTypes{"webdav", "s3", "directory", "tar", "chain"};
    out.add("type", std::string(kTypes.at(static_cast<std::size_t>(storage.type))));
    if (storage.type == StorageType::webdav) {
        out.below("webdav").add_url("upload-url", storage.upload_url);
    } else if (storage.type == StorageType::s3) {
        describe_s3(out.below("s3"), storage.s3);
    } else if (storage.type == StorageType::directory) {
        out.below("directory").add("path", storage.directory);
    } else if (storage.type == StorageType::tar) {
        out.below("tar").add("path", storage.tar.path);
        out.below("tar").add("folder", storage.tar.folder);
        out.below("tar").add("cache", storage.tar.cache);
    }
    for (std::size_t i = 0; i < storage.chain.size(); ++i) {
        describe_place(out.below("chain").below(std::to_string(i + 1)), storage.chain[i]);
    }
    if (storage.type == StorageType::chain) {
        return;
    }
    describe_ids(out.below("ids"), storage.ids);
    if (storage.type == StorageType::webdav || storage.type == StorageType::s3) {
        describe_access(out.below("access"), storage.access);
    }
}

void describe_storage(const Description& out, const StorageSettings& storage) {
    out.add("enabled", storage.enabled ? "true" : "false");
    describe_place(out, storage);
}

void describe_retry(const Description& out, const RetrySettings& retry) {
    out.add_number("attempts", retry.attempts);
    out.add("base_delay", retry.base_delay);
    out.add("max_delay", retry.max_delay);
    out.add("max_retry_after", retry.max_retry_after);
    out.add("probe_max", retry.probe_max);
    out.add("give_up_after", retry.give_up_after);
    out.add("share", fmt::format("{}", retry.share));
    out.add_number("breaker_faults", retry.breaker_faults);
}

void describe_limits(const Description& out, const LimitSettings& limits) {
    out.add_bytes("record_bytes", limits.record_bytes);
    out.add_bytes("image_bytes", limits.image_bytes);
    out.add_number("image_side_least", limits.image_side_least);
    out.add_number("image_side_most", limits.image_side_most);
    out.add_bytes("batch_bytes", limits.batch_bytes);
    out.add_bytes("window_bytes", limits.window_bytes);
    out.add_number("depth", limits.depth);
}

void describe_canaries(const Description& out, const CanarySettings& canaries) {
    out.add_number("images", canaries.images);
    out.add_number("every_records", canaries.every_records);
    out.add("every", canaries.every);
    out.add_number("sentinel_every", canaries.sentinel_every);
    out.add_number("watched_batches", canaries.watched_batches);
    out.add("cosine", fmt::format("{}", canaries.cosine));
}

void describe_adaptive(const Description& out, const AdaptiveSettings& adaptive) {
    out.add_number("workers_most", adaptive.workers_most);
    out.add_number("batch_most", adaptive.batch_most);
    out.add_number("fetches_most", adaptive.fetches_most);
}

void describe_own(const Description& out, const Settings& settings) {
    if (settings.model) {
        out.add("model", *settings.model);
    }
    describe_target(out.below("extraction"), settings.extraction);
    for (const auto& [name, gallery] : settings.galleries) {
        describe_gallery(out.below("galleries").below(name), gallery);
    }
    describe_retry(out.below("retry"), settings.retry);
    describe_canaries(out.below("canaries"), settings.canaries);
    describe_adaptive(out.below("adaptive"), settings.adaptive);
    describe_limits(out.below("limits"), settings.limits);
    describe_timeouts(out.below("storage_timeouts"), settings.storage_timeouts);
    out.below("tls").add("ca_file", settings.ca_file);
    out.add("norm_tolerance", fmt::format("{}", settings.norm_tolerance));
    out.add_or_auto("fetches", settings.fetches);
    std::vector<std::string> hosts;
    hosts.reserve(settings.image_hosts.size());
    for (const std::string& host : settings.image_hosts) {
        hosts.push_back(url_without_secrets(host));
    }
    out.add_list("image_hosts", hosts);
}

}  // namespace

std::map<std::string, std::string> describe_settings(const Settings& settings) {
    std::map<std::string, std::string> texts;
    const Description top(texts, "");
    const Description service = top.below("extraction-api");
    std::vector<std::string> urls;
    urls.reserve(settings.extraction_urls.size());
    for (const std::string& url : settings.extraction_urls) {
        urls.push_back(url_without_secrets(url));
    }
    service.add_list("extraction-api", urls);
    describe_timeouts(service.below("timeouts"), settings.extraction_timeouts);
    service.below("access").add_url("proxy", settings.extraction_access.proxy);
    top.add_or_auto("workers_num", settings.workers);
    top.add_number("faces_limit", settings.faces_limit);
    top.add_or_auto("extraction_batch_size", settings.batch_size);
    describe_storage(top.below("normalized_storage"), settings.storage);
    describe_own(top.below("ffdump"), settings);
    return texts;
}

}  // namespace ffdump
