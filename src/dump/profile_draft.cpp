// SPDX-License-Identifier: Apache-2.0
#include "profile_draft.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>

namespace ffdump {
namespace {

bool holds(std::string_view key, std::string_view part) {
    std::string lower(key);
    std::ranges::transform(lower, lower.begin(), [](unsigned char c) {
        return static_cast<char>(c >= 'A' && c <= 'Z' ? c + ('a' - 'A') : c);
    });
    return lower.find(part) != std::string::npos;
}

/// A key as YAML in double quotes, or plain.
std::string yaml_key(const std::string& key) {
    const bool is_plain = !key.empty() && std::ranges::all_of(key, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') ||
               c == '_';
    });
    if (is_plain) {
        return key;
    }
    std::string quoted = "\"";
    for (const char c : key) {
        if (static_cast<unsigned char>(c) < 0x20U || c == 0x7F) {
            quoted += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
        } else {
            quoted += (c == '"' || c == '\\') ? "\\" : "";
            quoted += c;
        }
    }
    return quoted + "\"";
}

std::string yaml_path(const FieldPath& path) {
    std::string dotted;
    std::string list;
    bool is_plain = true;
    for (const std::string& part : path) {
        const std::string key = yaml_key(part);
        is_plain = is_plain && key == part;
        dotted += (dotted.empty() ? "" : ".") + key;
        list += (list.empty() ? "" : ", ") + key;
    }
    return is_plain ? dotted : "[" + list + "]";
}

/// Guesses what the members of a record are.
class Draft {
 public:
    explicit Draft(const std::vector<DraftMember>& members) : members_(members) {
        for (const DraftMember& member : members) {
            const std::string& key = member.path.back();
            if (member.encoding && facen_ == nullptr) {
                facen_ = &member;
                encoding_ = *member.encoding;
            } else if (member.is_id && (id_ == nullptr || (key == "id" && !is_named_))) {
                id_ = &member;
                is_named_ = key == "id";
            } else if (member.is_text && holds(key, "model")) {
                model_ = model_ == nullptr ? &member : model_;
            } else if (member.is_text && holds(key, "norm")) {
                normalized_ = normalized_ == nullptr ? &member : normalized_;
            }
        }
    }

    [[nodiscard]] std::string text(std::string_view container, const FieldPath& records) const {
        std::string out =
            "# A draft: read it, mend it, and check it with ffdump inspect --format.\n";
        out += "# What each key means: formats/README.md. The first record has\n";
        for (const DraftMember& member : members_) {
            out += fmt::format("#   {}: {}\n", printable(yaml_path(member.path)), member.kind);
        }
        out += fmt::format("name: draft\nversion: 1\ncontainer: {}\n", container);
        if (!records.empty()) {
            out += fmt::format("records: {}\n", yaml_path(records));
        }
        out += "record:\n";
        out += line("id", id_, "no whole number was found");
        out += line("facen", facen_, "neither long base64 nor a long list of numbers was found");
        out += line("facen_model", model_, "");
        out += line("normalized_id", normalized_, "no text whose key has `norm` was found");
        if (normalized_ != nullptr && normalized_->path.size() > 1) {
            const FieldPath& path = normalized_->path;
            out += fmt::format("  meta: {}\n", yaml_path(FieldPath(path.begin(), path.end() - 1)));
        }
        out += fmt::format("facen_encoding: {}", encoding_);
        return out + "  # or float16le, which looks the same\n";
    }

 private:
    static std::string line(std::string_view field, const DraftMember* member,
                            std::string_view why) {
        if (member != nullptr) {
            return fmt::format("  {}: {}\n", field, yaml_path(member->path));
        }
        return why.empty() ? std::string() : fmt::format("  # {}: {}\n", field, why);
    }

    const std::vector<DraftMember>& members_;
    const DraftMember* id_ = nullptr;
    const DraftMember* facen_ = nullptr;
    const DraftMember* model_ = nullptr;
    const DraftMember* normalized_ = nullptr;
    std::string_view encoding_ = "base64-float32le";
    bool is_named_ = false;
};

}  // namespace

std::optional<std::string_view> base64_word_of(std::string_view text) {
    constexpr std::size_t kShortestText = 64;
    if (text.size() < kShortestText) {
        return std::nullopt;
    }
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/-_=";
    if (text.find_first_not_of(kAlphabet) != std::string_view::npos) {
        return std::nullopt;
    }
    const bool is_url = text.find_first_of("-_") != std::string_view::npos;
    const bool is_padded = text.size() % 4 == 0;
    if (is_url) {
        return is_padded ? "base64url-float32le" : "base64url-unpadded-float32le";
    }
    return is_padded ? "base64-float32le" : "base64-unpadded-float32le";
}

std::string draft_profile(const std::vector<DraftMember>& members, std::string_view container,
                          const FieldPath& records) {
    return Draft(members).text(container, records);
}

}  // namespace ffdump
