// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/profile.hpp"

#include "profile_text.hpp"

#include "ffdump/base/nearest_word.hpp"
#include "ffdump/base/printable.hpp"
#include "ffdump/config/yaml_tree.hpp"
#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr YamlLimits kProfileLimits = {.bytes = 64U << 10U, .nodes = 200, .depth = 8};
constexpr std::size_t kMostPathParts = 8;
constexpr std::size_t kLongestKey = 128;
constexpr std::size_t kLongestTitle = 200;

using Words = std::vector<std::string>;

std::string shown(std::string_view text) {
    return printable(text.substr(0, kLongestKey));
}

std::string nearest_hint(std::string_view word, const Words& known) {
    const std::string near = nearest_word(word, known);
    return near.empty() ? fmt::format("one of {}", fmt::join(known, ", "))
                        : fmt::format("did you mean {}?", near);
}

/// Reads the tree of one profile; the first mistake ends it.
class ProfileReader {
 public:
    explicit ProfileReader(const std::string& name) : name_(name) {}

    Result<Profile> read(const YamlNode& root) {
        static const Words keys = {"name",   "title",   "version",        "container",
                                   "record", "records", "facen_encoding", "gallery_from",
                                   "header", "trailer"};
        Profile profile;
        check_map(root, "the profile", keys);
        profile.name = text(root, "name").value_or("");
        profile.title = optional_text(root, "title").value_or(profile.name);
        check_words(root, profile);
        read_record(root, profile);
        profile.records = path(root, "", "records");
        profile.header =
            read_stated(root, "header", {"gallery", "facen_model", "dimension", "count"});
        profile.trailer = read_stated(root, "trailer", {"facen_model", "dimension", "count"});
        check_container(root, profile);
        if (error_) {
            return failed(std::move(*error_));
        }
        return profile;
    }

 private:
    void fail(YamlMark mark, std::string detail, std::string hint) {
        if (!error_) {
            error_ = Error(Reason::profile_invalid, std::move(detail))
                         .at_file(name_)
                         .at_line(std::max<std::uint64_t>(mark.line, 1), mark.column)
                         .hint(std::move(hint));
        }
    }

    void check_map(const YamlNode& node, std::string_view what, const Words& known) {
        if (node.kind != YamlNode::Kind::map) {
            fail(node.mark, fmt::format("{} is no section of keys", what),
                 "see formats/README.md for an example");
            return;
        }
        for (const YamlNode::Entry& entry : node.entries) {
            if (std::ranges::find(known, entry.key) == known.end()) {
                fail(entry.key_mark, fmt::format("unknown key {}", shown(entry.key)),
                     nearest_hint(entry.key, known));
            }
        }
    }

    std::optional<std::string> optional_text(const YamlNode& node, std::string_view key) {
        const YamlNode* value = node.find(key);
        if (value == nullptr) {
            return std::nullopt;
        }
        const bool plain = value->kind == YamlNode::Kind::scalar && !value->scalar.empty() &&
                           value->scalar.size() <= kLongestTitle &&
                           printable(value->scalar) == value->scalar;
        if (!plain) {
            fail(value->mark, fmt::format("{} is no line of text", key), "write one line of text");
            return std::nullopt;
        }
        return value->scalar;
    }

    std::optional<std::string> text(const YamlNode& node, std::string_view key) {
        if (node.find(key) == nullptr) {
            fail(node.mark, fmt::format("{} is missing", key), fmt::format("write {}: ...", key));
        }
        return optional_text(node, key);
    }

    /// A required key with one of a few words.
    std::size_t choice(const YamlNode& node, std::string_view key, const Words& words) {
        const auto word = text(node, key);
        if (!word) {
            return 0;
        }
        const auto it = std::ranges::find(words, *word);
        if (it == words.end()) {
            fail(node.find(key)->mark, fmt::format("{} is {}, which is not known", key, *word),
                 nearest_hint(*word, words));
            return 0;
        }
        return static_cast<std::size_t>(it - words.begin());
    }

    void check_words(const YamlNode& root, Profile& profile) {
        const bool is_name = std::ranges::all_of(profile.name, [](char c) {
            return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-';
        });
        if (!is_name) {
            fail(root.find("name")->mark, "name is no name of a profile",
                 "use small letters, digits and hyphens");
        }
        const auto version = text(root, "version");
        if (version && *version != "1") {
            fail(root.find("version")->mark, fmt::format("version is {}", *version),
                 "this program reads profiles of version 1");
        }
        constexpr std::array kContainers = {Container::json_lines,     Container::json_array,
                                            Container::json_stream,    Container::json_object,
                                            Container::msgpack_stream, Container::msgpack_array};
        profile.container =
            kContainers.at(choice(root, "container",
                                  {"json_lines", "json_array", "json_stream", "json_object",
                                   "msgpack_stream", "msgpack_array"}));
        const std::span<const std::string_view> words = FacenEncoding::words();
        const std::size_t word = choice(root, "facen_encoding", Words(words.begin(), words.end()));
        profile.facen_encoding = FacenEncoding::of(words[word]).value_or(FacenEncoding{});
        check_carrier(root, profile);
        if (root.find("gallery_from") != nullptr) {
            profile.gallery_from = choice(root, "gallery_from", {"file_name", "header"}) == 0
                                       ? GallerySource::file_name
                                       : GallerySource::header;
        }
    }

    void check_carrier(const YamlNode& root, Profile& profile) {
        if (notation_of(profile.container) == Notation::msgpack) {
            profile.facen_encoding.carrier = FacenEncoding::Carrier::msgpack;
        } else if (profile.facen_encoding.is_binary()) {
            fail(root.find("facen_encoding")->mark, "JSON cannot hold the bytes of bin or str",
                 "choose base64 or numbers, or a container of msgpack");
        }
    }

    /// What a header or trailer states.
    std::optional<StatedPaths> read_stated(const YamlNode& root, std::string_view section,
                                           const Words& known) {
        const YamlNode* node = root.find(section);
        if (node == nullptr) {
            return std::nullopt;
        }
        check_map(*node, section, known);
        if (node->entries.empty()) {
            fail(node->mark, fmt::format("{} names nothing", section),
                 fmt::format("name what it states, which also tells it from a record: {}",
                             fmt::join(known, ", ")));
        }
        StatedPaths paths;
        paths.gallery = path(*node, section, "gallery");
        paths.facen_model = path(*node, section, "facen_model");
        paths.dimension = path(*node, section, "dimension");
        paths.count = path(*node, section, "count");
        return paths;
    }

    /// Keys that only make sense together.
    void check_container(const YamlNode& root, const Profile& profile) {
        const bool is_object = profile.container == Container::json_object;
        if (is_object && root.find("records") == nullptr) {
            fail(root.mark, "records is missing",
                 "say where in the object the array of records is");
        }
        if (!is_object && root.find("records") != nullptr) {
            fail(root.find("records")->mark, "records is of json_object alone",
                 "leave it out, or write container: json_object");
        }
        for (const std::string_view section : {"header", "trailer"}) {
            const bool is_array = profile.container == Container::json_array ||
                                  profile.container == Container::msgpack_array;
            if (is_array && root.find(section) != nullptr) {
                fail(root.find(section)->mark, fmt::format("an array has no {}", section),
                     "leave it out");
            }
        }
        const YamlNode* from = root.find("gallery_from");
        const bool is_stated = profile.header && !profile.header->gallery.empty();
        if (from != nullptr && from->scalar == "header" && !is_stated) {
            fail(from->mark, "gallery_from is header, and header.gallery is not there",
                 "say where the header names the gallery");
        }
    }

    void read_record(const YamlNode& root, Profile& profile) {
        static const Words field_names = {"id",   "facen",         "facen_model",
                                          "meta", "normalized_id", "gallery"};
        const YamlNode* record = root.find("record");
        if (record == nullptr) {
            fail(root.mark, "record is missing", "write record: and its fields below it");
            return;
        }
        check_map(*record, "record", field_names);
        profile.id = path(*record, "record", "id");
        profile.facen = path(*record, "record", "facen");
        profile.facen_model = path(*record, "record", "facen_model");
        profile.meta = path(*record, "record", "meta");
        profile.normalized_id = path(*record, "record", "normalized_id");
        profile.gallery = path(*record, "record", "gallery");
        for (const std::string_view required : {"id", "facen"}) {
            if (record->find(required) == nullptr) {
                fail(record->mark, fmt::format("record.{} is missing", required),
                     "every record has an id and a facen: say where");
            }
        }
        check_overlaps(*record, profile);
    }

    /// "a.b.c", or [a, "b.c"] where a key itself holds a dot.
    FieldPath path(const YamlNode& section, std::string_view name, std::string_view field) {
        const YamlNode* value = section.find(field);
        if (value == nullptr) {
            return {};
        }
        FieldPath parts;
        if (value->kind == YamlNode::Kind::scalar) {
            for (std::string_view rest = value->scalar;;) {
                const std::size_t end = rest.find('.');
                parts.emplace_back(rest.substr(0, end));
                if (end == std::string_view::npos) {
                    break;
                }
                rest.remove_prefix(end + 1);
            }
        }
        for (const YamlNode& item : value->items) {
            parts.push_back(item.kind == YamlNode::Kind::scalar ? item.scalar : "");
        }
        const bool good = !parts.empty() && parts.size() <= kMostPathParts &&
                          std::ranges::all_of(parts, [](const std::string& part) {
                              return !part.empty() && part.size() <= kLongestKey;
                          });
        if (!good) {
            fail(value->mark,
                 fmt::format("{}{}{} is no path of 1 to {} keys", name, name.empty() ? "" : ".",
                             field, kMostPathParts),
                 "write it as meta.normalized_id, or as [meta, \"key.with.dots\"]");
        }
        return parts;
    }

    /// Two fields cannot have one place, and below a number or a text there is none; only `meta`
    /// holds other fields.
    void check_overlaps(const YamlNode& record, const Profile& profile) {
        struct Field {
            std::string_view name;
            const FieldPath* path;
        };
        const std::array fields = {Field{"id", &profile.id},
                                   Field{"facen", &profile.facen},
                                   Field{"facen_model", &profile.facen_model},
                                   Field{"normalized_id", &profile.normalized_id},
                                   Field{"gallery", &profile.gallery},
                                   Field{"meta", &profile.meta}};
        for (const Field& inner : fields) {
            for (const Field& outer : fields) {
                const bool holds =
                    outer.path->size() <= inner.path->size() &&
                    std::equal(outer.path->begin(), outer.path->end(), inner.path->begin());
                const bool same = outer.path->size() == inner.path->size();
                if (outer.name == inner.name || outer.path->empty() || !holds ||
                    (outer.name == "meta" && !same)) {
                    continue;
                }
                fail(record.find(inner.name)->mark,
                     fmt::format("record.{} lies where record.{} is", inner.name, outer.name),
                     "give each field its own place");
            }
        }
    }

    const std::string& name_;
    std::optional<Error> error_;
};

}  // namespace

Result<Profile> parse_profile(const std::string& text, const std::string& name) {
    const auto root = parse_yaml(text, name, Reason::profile_invalid, kProfileLimits);
    if (!root) {
        return failed(root.error());
    }
    auto profile = ProfileReader(name).read(*root);
    if (profile) {
        profile->sha256 = sha256_hex(text);
    }
    return profile;
}

const std::vector<Profile>& shipped_profiles() {
    // A profile that does not parse is a fault of the build, which a test finds; value() then ends
    // the program.
    static const std::vector<Profile> shipped = [] {
        std::vector<Profile> profiles;
        for (const ProfileText& file : shipped_profile_texts()) {
            profiles.push_back(
                parse_profile(std::string(file.text), std::string(file.file_name)).value());
        }
        return profiles;
    }();
    return shipped;
}

}  // namespace ffdump
