// SPDX-License-Identifier: Apache-2.0
#include "config_overrides.hpp"

#include "go_duration.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::string_view kOptions = "command line or environment";
constexpr std::size_t kMostParts = 16;

/// The parts of "a.b.c"; empty when one of them is.
std::vector<std::string> parts_of(std::string_view path) {
    std::vector<std::string> parts;
    while (true) {
        const std::size_t end = path.find('.');
        if (path.substr(0, end).empty() || parts.size() == kMostParts) {
            return {};
        }
        parts.emplace_back(path.substr(0, end));
        if (end == std::string_view::npos) {
            return parts;
        }
        path.remove_prefix(end + 1);
    }
}

void remove_marks(YamlNode& node) {
    node.mark = {};
    for (YamlNode& item : node.items) {
        remove_marks(item);
    }
    for (YamlNode::Entry& entry : node.entries) {
        entry.key_mark = {};
        remove_marks(entry.value);
    }
}

YamlNode scalar_node(std::string text) {
    YamlNode node;
    node.kind = YamlNode::Kind::scalar;
    node.scalar = std::move(text);
    return node;
}

class TreeEditor {
 public:
    TreeEditor(YamlNode& root, Mistakes& mistakes) : root_(root), mistakes_(mistakes) {}

    /// Replaces or adds the value under `path`, making the sections above it.
    void set(const std::string& path, YamlNode value, std::string origin) {
        mistakes_.note_origin(path, std::move(origin));
        YamlNode* node = &root_;
        for (const std::string& part : parts_of(path)) {
            if (node->kind == YamlNode::Kind::null) {
                node->kind = YamlNode::Kind::map;
            }
            if (node->kind != YamlNode::Kind::map) {
                mistakes_.add({}, path, "lies under a value that is no section",
                              "name a key as it stands in the file, or correct the file");
                return;
            }
            node = &child(*node, part);
        }
        remove_marks(value);
        *node = std::move(value);
    }

    void set_text(const std::string& path, const std::string& text) {
        set(path, scalar_node(text), std::string(kOptions));
    }

    /// One URL, or several with commas between.
    void set_urls(const std::string& path, const std::string& text) {
        if (text.find(',') == std::string::npos) {
            set_text(path, text);
            return;
        }
        YamlNode list;
        list.kind = YamlNode::Kind::sequence;
        for (std::size_t at = 0; at <= text.size();) {
            const std::size_t end = std::min(text.find(',', at), text.size());
            list.items.push_back(scalar_node(text.substr(at, end - at)));
            at = end + 1;
        }
        set(path, std::move(list), std::string(kOptions));
    }

    /// "a.b.c=value"; the value is YAML.
    void assign(const std::string& assignment) {
        const std::size_t equals = assignment.find('=');
        const std::string path = assignment.substr(0, equals);
        if (equals == std::string::npos || parts_of(path).empty()) {
            mistakes_.add(Error(Reason::config_invalid, "this is no assignment")
                              .at_file(fmt::format("--set {}", excerpt(path)))
                              .hint("write KEY=VALUE, such as ffdump.retry.attempts=5"));
            return;
        }
        const std::string origin = fmt::format("--set {}", path);
        auto value = parse_yaml(assignment.substr(equals + 1), origin, Reason::config_invalid);
        if (!value) {
            mistakes_.add(std::move(value.error()));
            return;
        }
        set(path, std::move(*value), origin);
    }

 private:
    static YamlNode& child(YamlNode& node, const std::string& key) {
        const auto it = std::ranges::find(node.entries, key, &YamlNode::Entry::key);
        if (it != node.entries.end()) {
            return it->value;
        }
        node.entries.push_back({key, {}, {}});
        return node.entries.back().value;
    }

    YamlNode& root_;
    Mistakes& mistakes_;
};

}  // namespace

void apply_overrides(YamlNode& root, const SettingsOverrides& overrides, Mistakes& mistakes) {
    TreeEditor tree(root, mistakes);
    if (overrides.extraction_url) {
        tree.set_urls("extraction-api.extraction-api", *overrides.extraction_url);
    }
    if (overrides.upload_url && overrides.images_directory) {
        mistakes.add(Error(Reason::config_invalid, "an upload URL and a folder of images are given")
                         .at_file(std::string(kOptions))
                         .hint("give one of the two"));
    } else if (overrides.upload_url) {
        tree.set_text("normalized_storage.type", "webdav");
        tree.set_text("normalized_storage.enabled", "true");
        tree.set_text("normalized_storage.webdav.upload-url", *overrides.upload_url);
    } else if (overrides.images_directory) {
        tree.set_text("normalized_storage.type", "directory");
        tree.set_text("normalized_storage.enabled", "true");
        tree.set_text("normalized_storage.directory.path", *overrides.images_directory);
    }
    if (overrides.workers) {
        tree.set_text("workers_num", *overrides.workers);
    }
    if (overrides.batch_size) {
        tree.set_text("extraction_batch_size", *overrides.batch_size);
    }
    if (overrides.model) {
        tree.set_text("ffdump.model", *overrides.model);
    }
    if (overrides.give_up_after) {
        tree.set_text("ffdump.retry.give_up_after", go_duration_text(*overrides.give_up_after));
    }
    for (const std::string& assignment : overrides.assignments) {
        tree.assign(assignment);
    }
}

}  // namespace ffdump
