// SPDX-License-Identifier: Apache-2.0
#include "s3_credentials.hpp"

#include "secret_key.hpp"

#include <fmt/format.h>

#include <optional>
#include <sstream>
#include <utility>

namespace ffdump {
namespace {

struct Keys {
    Secret access_key;
    Secret secret_access_key;
    Secret session_token;

    [[nodiscard]] bool is_empty() const { return access_key.empty() && secret_access_key.empty(); }
    [[nodiscard]] bool is_whole() const {
        return !access_key.empty() && !secret_access_key.empty();
    }
};

Secret variable(const Variables& variables, const std::string& name) {
    const auto found = variables.find(name);
    return found == variables.end() ? Secret() : found->second;
}

Keys keys_of(const Variables& variables, std::string_view prefix, std::string_view first) {
    return {variable(variables, fmt::format("{}{}", prefix, first)),
            variable(variables, fmt::format("{}SECRET_ACCESS_KEY", prefix)),
            variable(variables, fmt::format("{}SESSION_TOKEN", prefix))};
}

std::string trimmed(std::string_view text) {
    constexpr std::string_view kSpace = " \t\r";
    const std::size_t first = text.find_first_not_of(kSpace);
    return first == std::string_view::npos
               ? std::string()
               : std::string(text.substr(first, text.find_last_not_of(kSpace) - first + 1));
}

/// The form of ~/.aws/credentials; nothing when it has no such profile.
std::optional<Keys> keys_of_profile(const std::string& text, std::string_view profile) {
    std::optional<Keys> keys;
    bool is_inside = false;
    std::istringstream lines(text);
    for (std::string raw; std::getline(lines, raw);) {
        const std::string line = trimmed(raw);
        if (line.starts_with('[')) {
            is_inside = line.ends_with(']') && trimmed(line.substr(1, line.size() - 2)) == profile;
            keys = is_inside ? Keys() : keys;
            continue;
        }
        const std::size_t equals = line.find('=');
        if (!is_inside || line.starts_with('#') || equals == std::string::npos) {
            continue;
        }
        const std::string name = trimmed(line.substr(0, equals));
        Secret value(trimmed(line.substr(equals + 1)));
        if (name == "aws_access_key_id") {
            keys->access_key = std::move(value);
        } else if (name == "aws_secret_access_key") {
            keys->secret_access_key = std::move(value);
        } else if (name == "aws_session_token") {
            keys->session_token = std::move(value);
        }
    }
    return keys;
}

std::string credentials_path(const std::optional<std::string>& given, const Variables& variables) {
    if (given) {
        return *given;
    }
    std::string path = variable(variables, "AWS_SHARED_CREDENTIALS_FILE").reveal();
    const std::string home = variable(variables, "HOME").reveal();
    return path.empty() && !home.empty() ? home + "/.aws/credentials" : path;
}

Keys keys_of_file(SectionReader& section, const Variables& variables,
                  const SecretReader& read_secret) {
    const auto file = section.text_or_empty("credentials-file");
    const auto named = section.text_or_empty("profile");
    const std::string path = credentials_path(file, variables);
    std::string profile = named.value_or(variable(variables, "AWS_PROFILE").reveal());
    const bool is_wanted = file || named || !profile.empty();
    if (profile.empty()) {
        profile = "default";
    }
    if (path.empty() || !read_secret) {
        return {};
    }
    const std::string_view key = file ? "credentials-file" : "profile";
    const auto text = read_secret(path);
    const std::optional<Keys> keys = text ? keys_of_profile(*text, profile) : std::nullopt;
    if (keys && keys->is_whole()) {
        return *keys;
    }
    if (is_wanted && !text) {
        section.mistake(key,
                        fmt::format("leads to {}, which cannot be read: {}", excerpt(path),
                                    text.error().detail()),
                        "write credentials-file, or access-key and secret-access-key");
    } else if (is_wanted) {
        section.mistake(key,
                        fmt::format("leads to {}, which has no keys of profile {}", excerpt(path),
                                    excerpt(profile)),
                        "check the profile's name in that file");
    }
    return {};
}

Keys own_keys(SectionReader& section, const SecretReader& read_secret) {
    return {read_secret_key(section, "access-key", read_secret),
            read_secret_key(section, "secret-access-key", read_secret),
            read_secret_key(section, "session-token", read_secret)};
}

}  // namespace

void read_credentials(SectionReader& section, S3Settings& s3, const Variables& variables,
                      const SecretReader& read_secret) {
    section.pass({"credentials-file", "profile"});
    const Keys own = own_keys(section, read_secret);
    Keys keys = keys_of(variables, "FFDUMP_S3_", "ACCESS_KEY");
    if (keys.is_empty()) {
        keys = own;
    }
    if (keys.is_empty()) {
        keys = keys_of(variables, "AWS_", "ACCESS_KEY_ID");
    }
    if (keys.is_empty()) {
        keys = keys_of_file(section, variables, read_secret);
    }
    if (!keys.is_empty() && !keys.is_whole()) {
        section.mistake(keys.access_key.empty() ? "access-key" : "secret-access-key",
                        "is missing: the other key of the pair is there",
                        "give both in one place: here, in FFDUMP_S3_ACCESS_KEY and "
                        "FFDUMP_S3_SECRET_ACCESS_KEY, or in a credentials file");
    }
    s3.access_key = std::move(keys.access_key);
    s3.secret_access_key = std::move(keys.secret_access_key);
    s3.session_token = std::move(keys.session_token);
}

}  // namespace ffdump
