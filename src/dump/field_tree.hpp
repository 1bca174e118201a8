// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// What a value means to the profile.
enum class FieldRole : std::uint8_t { none, id, facen, facen_model, normalized_id, gallery };

/// The profile's paths as one tree, so that a record is walked once. Node 0 is the record.
class FieldTree {
 public:
    static constexpr std::size_t kNone = static_cast<std::size_t>(-1);

    explicit FieldTree(const Profile& profile);

    /// The node of `key` below `node`, or kNone; anything is kNone below kNone.
    [[nodiscard]] std::size_t child(std::size_t node, std::string_view key) const noexcept {
        if (node == kNone) {
            return kNone;
        }
        for (const std::size_t candidate : nodes_[node].children) {
            if (nodes_[candidate].key == key) {
                return candidate;
            }
        }
        return kNone;
    }
    [[nodiscard]] bool has_children(std::size_t node) const noexcept {
        return node != kNone && !nodes_[node].children.empty();
    }
    [[nodiscard]] FieldRole role(std::size_t node) const noexcept {
        return node == kNone ? FieldRole::none : nodes_[node].role;
    }
    /// "meta.normalized_id", for messages: keys of the profile, never of the dump.
    [[nodiscard]] const std::string& path(std::size_t node) const { return nodes_[node].path; }
    [[nodiscard]] std::size_t size() const noexcept { return nodes_.size(); }
    [[nodiscard]] bool has_facens_of_numbers() const noexcept { return has_facens_of_numbers_; }
    /// The path of the field of this role; empty when the layout has none.
    [[nodiscard]] std::string_view path_of(FieldRole role) const noexcept;

 private:
    struct Node {
        std::string key;
        std::string path;
        std::vector<std::size_t> children;
        FieldRole role = FieldRole::none;
    };
    void add(const FieldPath& path, FieldRole role);

    std::vector<Node> nodes_;
    bool has_facens_of_numbers_;
};

/// Which of the tree's nodes the current record has shown.
class SeenFields {
 public:
    explicit SeenFields(std::size_t nodes) : stamps_(nodes, 0) {}
    void next_record() { ++stamp_; }
    /// False when it was seen before in this record.
    [[nodiscard]] bool note(std::size_t node) {
        return std::exchange(stamps_[node], stamp_) != stamp_;
    }

 private:
    std::vector<std::uint64_t> stamps_;
    std::uint64_t stamp_ = 0;
};

}  // namespace ffdump
