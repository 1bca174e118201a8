// SPDX-License-Identifier: Apache-2.0
#include "gallery_section.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLongestName = 255;
constexpr std::uint64_t kMostDimension = 16384;  // as kMaxDimension of room record

/// A gallery's name is its file's name without the ending, so it can be no path.
bool is_gallery_key(std::string_view key) {
    const bool plain = std::ranges::all_of(key, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte > 0x20U && byte != 0x7FU && c != '/';
    });
    return plain && !key.empty() && key.size() <= kLongestName;
}

bool is_type_name(std::string_view text) {
    return text.size() <= 64 && std::ranges::all_of(text, [](char c) {
               return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_' || c == '-';
           });
}

GalleryAction read_action(SectionReader& section) {
    const YamlNode* node = section.find("action");
    if (node != nullptr && node->scalar == "recompute") {
        section.mistake("action", "is recompute, which ffdump cannot do",
                        "use drop (the product computes centroids anew) or copy");
        return GalleryAction::automatic;
    }
    constexpr std::array kActions = {GalleryAction::migrate, GalleryAction::copy,
                                     GalleryAction::drop, GalleryAction::automatic};
    const auto choice = section.choice("action", {"migrate", "copy", "drop", "automatic"});
    return choice ? kActions.at(*choice) : GalleryAction::automatic;
}

GallerySettings read_gallery(SectionReader& section, const ExtractionKeys& base) {
    GallerySettings gallery;
    gallery.action = read_action(section);
    gallery.object_type = section.text("object_type");
    if (gallery.object_type && !is_type_name(*gallery.object_type)) {
        section.mistake("object_type", "is no word", "write face, body or car");
    }
    gallery.model = read_model(section, "model");
    gallery.expected_model = read_model(section, "expected_model");
    std::size_t dimension = 0;
    section.whole("dimension", dimension, {1, kMostDimension});
    if (dimension != 0) {
        gallery.dimension = dimension;
    }
    const bool has_extraction = section.find("extraction") != nullptr;
    section.section("extraction", [&](SectionReader& extraction) {
        const ExtractionKeys keys = read_extraction(extraction);
        if (has_extraction) {
            gallery.extraction = resolved_target(laid_over(base, keys), extraction);
        }
    });
    return gallery;
}

}  // namespace

std::optional<std::string> read_model(SectionReader& section, std::string_view key) {
    auto model = section.text(key);
    if (model && model->size() > kLongestName) {
        section.mistake(key, "is too long for the name of a model", "at most 255 bytes");
        model.reset();
    }
    return model;
}

std::map<std::string, GallerySettings> read_galleries(SectionReader& galleries,
                                                      const ExtractionKeys& base) {
    std::map<std::string, GallerySettings> out;
    galleries.each([&](const YamlNode::Entry& entry) {
        const std::string path = dotted(galleries.path(), entry.key);
        if (!is_gallery_key(entry.key)) {
            galleries.mistakes().add(entry.key_mark, path, "is no name of a gallery",
                                     "write the file's name without its ending, or a pattern");
            return;
        }
        if (entry.value.kind == YamlNode::Kind::scalar) {
            galleries.mistakes().add(entry.value.mark, path,
                                     "is a single value where a section is wanted",
                                     fmt::format("write {}: {{action: copy}}", excerpt(entry.key)));
            return;
        }
        SectionReader section(galleries.mistakes(), &entry.value, path, entry.key_mark);
        out.emplace(entry.key, read_gallery(section, base));
        section.finish();
    });
    return out;
}

bool any_gallery_migrates(const Settings& settings) {
    const auto stays = [](const GallerySettings& gallery) {
        return gallery.action == GalleryAction::copy || gallery.action == GalleryAction::drop;
    };
    return !settings.galleries.contains("*") ||
           !std::ranges::all_of(settings.galleries,
                                [&stays](const auto& entry) { return stays(entry.second); });
}

}  // namespace ffdump
