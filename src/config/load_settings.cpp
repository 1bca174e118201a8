// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/load_settings.hpp"

#include "access_section.hpp"
#include "config_overrides.hpp"
#include "gallery_section.hpp"
#include "own_section.hpp"
#include "section_reader.hpp"
#include "storage_section.hpp"

#include <fmt/format.h>

#include <array>
#include <utility>

namespace ffdump {
namespace {

void read_extraction_api(SectionReader& section, Settings& settings, Images images,
                         const SecretReader& read_secret) {
    section.section("timeouts", [&](SectionReader& timeouts) {
        read_timeouts(timeouts, settings.extraction_timeouts);
    });
    section.section("access", [&](SectionReader& access) {
        read_proxy(access, settings.extraction_access, read_secret);
    });
    settings.extraction_urls = section.urls("extraction-api");
    if (images == Images::needed && section.find("extraction-api") == nullptr) {
        section.mistake("extraction-api", "is missing",
                        "write the service's address, such as http://127.0.0.1:18666");
    }
}

/// Whatever stands in the shards' sections is accepted: their keys differ between versions of the
/// product, and nothing of them is used.
void read_shards(SectionReader& top, Settings& settings) {
    std::string found;
    for (const std::string_view key : {"storage-api-from", "storage-api-to"}) {
        if (top.find(key) != nullptr) {
            found += found.empty() ? std::string(key) : fmt::format(" and {}", key);
        }
    }
    if (!found.empty()) {
        settings.notices.push_back(
            fmt::format("{}: accepted and not used, since ffdump reads and writes dump files and "
                        "never connects "
                        "to shards",
                        found));
    }
}

void read_top(SectionReader& top, Settings& settings, const StorageInputs& inputs) {
    // First of all, since it says which galleries need images and an extraction-api.
    top.section("ffdump", [&](SectionReader& own) { read_own(own, settings); });
    const Images images = any_gallery_migrates(settings) ? Images::needed : Images::not_needed;
    top.section("extraction-api", [&](SectionReader& section) {
        read_extraction_api(section, settings, images, inputs.read_secret);
    });
    read_shards(top, settings);
    top.whole_or_auto("workers_num", settings.workers, {1, 1024});
    top.whole("faces_limit", settings.faces_limit, {1, 1000000});
    top.whole_or_auto("extraction_batch_size", settings.batch_size, {1, 512});
    top.section("normalized_storage", [&](SectionReader& section) {
        read_storage(section, settings.storage, images, inputs);
    });
    top.finish();
}

}  // namespace

std::span<const std::string_view> configuration_variables() noexcept {
    static constexpr std::array<std::string_view, 13> kNames{
        "FFDUMP_S3_ACCESS_KEY",
        "FFDUMP_S3_SECRET_ACCESS_KEY",
        "FFDUMP_S3_SESSION_TOKEN",
        "FFDUMP_STORAGE_PASSWORD",
        "FFDUMP_STORAGE_TOKEN",
        "AWS_ACCESS_KEY_ID",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "AWS_SHARED_CREDENTIALS_FILE",
        "AWS_PROFILE",
        "AWS_REGION",
        "AWS_DEFAULT_REGION",
        "HOME",
    };
    return kNames;
}

SettingsResult load_settings(const std::string& text, const std::string& name,
                             const SettingsOverrides& overrides, const SecretReader& read_secret) {
    auto root = parse_yaml(text, name, Reason::config_invalid);
    if (!root) {
        return tl::unexpected(std::vector{std::move(root.error())});
    }
    Mistakes mistakes(name);
    if (root->kind != YamlNode::Kind::map && root->kind != YamlNode::Kind::null) {
        mistakes.add(root->mark, "the configuration",
                     fmt::format("is {} where keys and values are wanted", kind_text(root->kind)),
                     "give the file that findface-sf-api-migrate takes");
        return tl::unexpected(mistakes.finish());
    }
    apply_overrides(*root, overrides, mistakes);
    Settings settings;
    SectionReader top(mistakes, &*root, "", {});
    read_top(top, settings, {overrides.variables, read_secret});
    std::vector<Error> found = mistakes.finish();
    if (!found.empty()) {
        return tl::unexpected(std::move(found));
    }
    return settings;
}

}  // namespace ffdump
