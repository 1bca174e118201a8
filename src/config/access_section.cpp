// SPDX-License-Identifier: Apache-2.0
#include "access_section.hpp"

#include "secret_key.hpp"
#include "url_rule.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

/// RFC 9110's token.
bool is_header_name(std::string_view name) {
    static constexpr std::string_view kMarks = "!#$%&'*+-.^_`|~";
    return !name.empty() && std::ranges::all_of(name, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               kMarks.find(c) != std::string_view::npos;
    });
}

/// The variable's value when there is one, else what the file says.
Secret overridden(const Variables& variables, const std::string& name, Secret file) {
    const auto found = variables.find(name);
    return found == variables.end() ? std::move(file) : found->second;
}

void read_auth(SectionReader& section, StorageAccess& access, const Variables& variables,
               const SecretReader& read_secret) {
    constexpr std::array kKinds{StorageAuth::none, StorageAuth::basic, StorageAuth::digest,
                                StorageAuth::any, StorageAuth::bearer};
    access.auth =
        kKinds.at(section.choice("auth", {"none", "basic", "digest", "any", "bearer"}).value_or(0));
    access.user = section.text_or_empty("user").value_or("");
    const Secret own_token = read_secret_key(section, "token", read_secret);
    Secret password = overridden(variables, "FFDUMP_STORAGE_PASSWORD",
                                 read_secret_key(section, "password", read_secret));
    Secret token = overridden(variables, "FFDUMP_STORAGE_TOKEN", own_token);
    const bool wants_user = access.auth == StorageAuth::basic ||
                            access.auth == StorageAuth::digest || access.auth == StorageAuth::any;
    if (wants_user && access.user.empty()) {
        section.mistake("auth", "needs a user", "write user and password beside it");
    }
    if (access.user.find(':') != std::string::npos && access.auth == StorageAuth::basic) {
        section.mistake("user", "has a colon, which Basic cannot send", "use digest or bearer");
    }
    if (access.auth == StorageAuth::bearer && token.empty()) {
        section.mistake("auth", "needs a token", "write token or token-file beside it");
    }
    if (access.auth == StorageAuth::none && !(access.user.empty() && own_token.empty())) {
        section.mistake(access.user.empty() ? "token" : "user", "is not used without auth",
                        "write auth: basic, digest, any or bearer beside it");
    }
    access.password = access.auth == StorageAuth::bearer ? std::move(token) : std::move(password);
}

void read_headers(SectionReader& section, StorageAccess& access) {
    section.section("headers", [&](SectionReader& headers) {
        std::vector<std::string> names;
        headers.each([&](const YamlNode::Entry& entry) { names.push_back(entry.key); });
        for (const std::string& name : names) {
            if (!is_header_name(name)) {
                headers.mistake(name, "is no name of a header", "letters, digits and hyphens");
            } else if (auto value = headers.text(name)) {
                access.headers.emplace_back(name, Secret(std::move(*value)));
            }
        }
    });
}

/// What is wrong with a template, or nothing: {id} or {id:BEGIN:LENGTH}, at least one, no other
/// braces.
std::string_view template_flaw(std::string_view pattern) {
    constexpr std::string_view kOpen = "{id";
    bool found = false;
    while (true) {
        const std::size_t brace = pattern.find_first_of("{}");
        if (brace == std::string_view::npos) {
            return found ? std::string_view() : "does not say where the id stands";
        }
        pattern.remove_prefix(brace);
        const std::size_t close = pattern.find('}');
        if (!pattern.starts_with(kOpen) || close == std::string_view::npos) {
            return "has a brace that belongs to no {id}";
        }
        std::string_view range = pattern.substr(kOpen.size(), close - kOpen.size());
        const auto take_number = [&range] {
            const std::size_t digits =
                std::min(range.find_first_not_of("0123456789", 1), range.size());
            const bool good = range.starts_with(':') && digits > 1 && digits <= 5;
            range.remove_prefix(good ? digits : range.size());
            return good;
        };
        if (!range.empty() && (!take_number() || !take_number() || !range.empty())) {
            return "has a range that is not {id:BEGIN:LENGTH}";
        }
        found = true;
        pattern.remove_prefix(close + 1);
    }
}

void read_template(SectionReader& section, ImageIdSettings& ids) {
    const auto whole = section.text_or_empty("template");
    const auto prefix = section.text_or_empty("prefix");
    const auto suffix = section.text_or_empty("suffix");
    if (whole && (prefix || suffix)) {
        section.mistake("template", "stands beside prefix or suffix",
                        "write it all in the template");
        return;
    }
    ids.pattern = whole.value_or(prefix.value_or("") + "{id}" + suffix.value_or(""));
    if (const std::string_view flaw = template_flaw(ids.pattern); !flaw.empty()) {
        section.mistake(whole    ? "template"
                        : prefix ? "prefix"
                                 : "suffix",
                        flaw, "write it as {id}, faces/{id} or {id:0:2}/{id}");
    }
}

}  // namespace

void read_proxy(SectionReader& section, ProxyAccess& access, const SecretReader& read_secret) {
    access.proxy = section.text_or_empty("proxy").value_or("");
    if (const auto flaw = access.proxy.empty() ? std::nullopt : origin_flaw(access.proxy)) {
        section.mistake("proxy", flaw->text, flaw->hint);
    }
    access.proxy_user = section.text_or_empty("proxy-user").value_or("");
    access.proxy_password = read_secret_key(section, "proxy-password", read_secret);
}

StorageAccess read_access(SectionReader& section, const Variables& variables,
                          const SecretReader& read_secret) {
    StorageAccess access;
    read_auth(section, access, variables, read_secret);
    read_headers(section, access);
    read_proxy(section, access, read_secret);
    access.ca_file = section.text_or_empty("ca-file").value_or("");
    access.client_certificate = section.text_or_empty("client-certificate").value_or("");
    access.client_key = section.text_or_empty("client-key").value_or("");
    access.client_key_password = read_secret_key(section, "client-key-password", read_secret);
    section.flag("http2", access.http2);
    return access;
}

ImageIdSettings read_ids(SectionReader& section) {
    ImageIdSettings ids;
    read_template(section, ids);
    section.items("rewrite", [&ids](SectionReader& rule) {
        RewriteRule read{rule.text("from").value_or(""), rule.text_or_empty("to").value_or("")};
        if (read.from.empty()) {
            rule.mistake("from", "is missing or empty",
                         "write the beginning of the ids that are rewritten");
        }
        if (const auto flaw =
                read.to.find("://") == std::string::npos ? std::nullopt : url_flaw(read.to)) {
            rule.mistake("to", flaw->text, flaw->hint);
        }
        ids.rewrite.push_back(std::move(read));
    });
    return ids;
}

}  // namespace ffdump
