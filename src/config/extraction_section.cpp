// SPDX-License-Identifier: Apache-2.0
#include "extraction_section.hpp"

#include <algorithm>
#include <cctype>
#include <cstddef>
#include <string_view>

namespace ffdump {
namespace {

constexpr std::string_view kEmbedding = "_emben";
constexpr std::size_t kMostPathParts = 8;

bool is_word(std::string_view text) {
    return !text.empty() && text.size() <= 128 && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-' || c == ':';
    });
}

/// `a.b.c`, for `vector` also with `**` in front, which stands for any depth.
bool is_dotted_path(std::string_view path, bool any_depth) {
    if (any_depth && path.starts_with("**.")) {
        path.remove_prefix(3);
    }
    std::size_t parts = 0;
    while (true) {
        const std::size_t end = path.find('.');
        if (!is_word(path.substr(0, end)) || ++parts > kMostPathParts) {
            return false;
        }
        if (end == std::string_view::npos) {
            return true;
        }
        path.remove_prefix(end + 1);
    }
}

bool is_url_path(std::string_view path) {
    const bool characters = std::ranges::all_of(path, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::string_view("/-._~").find(c) != std::string_view::npos;
    });
    return path.starts_with('/') && characters && path.find("..") == std::string_view::npos;
}

/// face of face_emben; nothing when the attribute is no embedding.
std::optional<std::string> embedded_type(const std::vector<std::string>& attributes) {
    for (const std::string& attribute : attributes) {
        if (attribute.size() > kEmbedding.size() && attribute.ends_with(kEmbedding)) {
            return attribute.substr(0, attribute.size() - kEmbedding.size());
        }
    }
    return std::nullopt;
}

ExtractionTarget target_v1(const ExtractionKeys& keys, SectionReader& section) {
    if (keys.attributes) {
        section.mistake("attributes", "belongs to api v2 only",
                        "write api: v2 beside it or remove it");
    }
    ExtractionTarget target;
    target.api = ApiVersion::v1;
    target.path = keys.path.value_or("/");
    target.detector = keys.detector.value_or("prenormalized");
    target.objects = keys.objects.value_or("faces");
    target.vector = keys.vector.value_or("facen");
    return target;
}

ExtractionTarget target_v2(const ExtractionKeys& keys, SectionReader& section) {
    ExtractionTarget target;
    target.api = ApiVersion::v2;
    target.path = keys.path.value_or("/v2");
    target.detector = keys.detector.value_or("face");
    const bool finds_type = target.detector != "prenormalized";
    const std::string detected = finds_type ? target.detector : "face";
    target.attributes = keys.attributes.value_or(std::vector{detected + std::string(kEmbedding)});
    if (target.attributes.empty()) {
        section.mistake("attributes", "is an empty list", "name the embedding, such as face_emben");
        return target;
    }
    const auto type = finds_type ? std::optional(detected) : embedded_type(target.attributes);
    if (!type && !keys.objects) {
        section.mistake("objects", "is missing: no attribute ends in _emben, so the type is open",
                        "write where the objects stand, such as objects.face");
    }
    target.objects = keys.objects.value_or("objects." + type.value_or("face"));
    const auto embedding = embedded_type(target.attributes);
    target.vector = keys.vector.value_or(
        "**." + (embedding ? *embedding + std::string(kEmbedding) : target.attributes.front()) +
        ".result");
    return target;
}

}  // namespace

ExtractionKeys read_extraction(SectionReader& section) {
    ExtractionKeys keys;
    if (const auto api = section.choice("api", {"v1", "v2"})) {
        keys.api = *api == 0 ? ApiVersion::v1 : ApiVersion::v2;
    }
    const auto checked = [&section](std::string_view key, auto accepts, std::string_view flaw,
                                    std::string_view hint) {
        auto value = section.text(key);
        if (value && !accepts(*value)) {
            section.mistake(key, flaw, std::string(hint));
            value.reset();
        }
        return value;
    };
    keys.path = checked("path", is_url_path, "is no path of a URL", "write it as /v2");
    keys.detector = checked("detector", is_word, "is no name of a detector",
                            "write it as prenormalized or face");
    keys.objects = checked(
        "objects", [](const std::string& text) { return is_dotted_path(text, false); },
        "is no dotted path", "write it as objects.face");
    keys.vector = checked(
        "vector", [](const std::string& text) { return is_dotted_path(text, true); },
        "is no dotted path", "write it as facen or **.face_emben.result");
    keys.attributes = section.texts("attributes");
    if (keys.attributes && !std::ranges::all_of(*keys.attributes, is_word)) {
        section.mistake("attributes", "has an entry that is no name", "write it as [face_emben]");
        keys.attributes.reset();
    }
    return keys;
}

ExtractionKeys laid_over(const ExtractionKeys& base, const ExtractionKeys& over) {
    const ApiVersion base_api = base.api.value_or(ApiVersion::v1);
    if (over.api.value_or(base_api) != base_api) {
        return over;
    }
    ExtractionKeys keys = over;
    const auto fill = [](auto& target, const auto& from) {
        if (!target) {
            target = from;
        }
    };
    fill(keys.api, base.api);
    fill(keys.path, base.path);
    fill(keys.detector, base.detector);
    fill(keys.attributes, base.attributes);
    fill(keys.objects, base.objects);
    fill(keys.vector, base.vector);
    return keys;
}

ExtractionTarget resolved_target(const ExtractionKeys& keys, SectionReader& section) {
    return keys.api.value_or(ApiVersion::v1) == ApiVersion::v1 ? target_v1(keys, section)
                                                               : target_v2(keys, section);
}

}  // namespace ffdump
