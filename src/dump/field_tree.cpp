// SPDX-License-Identifier: Apache-2.0
#include "field_tree.hpp"

namespace ffdump {

FieldTree::FieldTree(const Profile& profile)
    : nodes_(1),
      has_facens_of_numbers_(profile.facen_encoding.form == FacenEncoding::Form::numbers) {
    // meta has no role of its own here, but a second one of it is an error too.
    add(profile.meta, FieldRole::none);
    add(profile.gallery, FieldRole::gallery);
    add(profile.id, FieldRole::id);
    add(profile.facen, FieldRole::facen);
    add(profile.facen_model, FieldRole::facen_model);
    add(profile.normalized_id, FieldRole::normalized_id);
}

std::string_view FieldTree::path_of(FieldRole role) const noexcept {
    for (const Node& node : nodes_) {
        if (node.role == role) {
            return node.path;
        }
    }
    return {};
}

void FieldTree::add(const FieldPath& path, FieldRole role) {
    if (path.empty()) {
        return;
    }
    std::size_t node = 0;
    for (const std::string& key : path) {
        std::size_t next = child(node, key);
        if (next == kNone) {
            next = nodes_.size();
            Node made;
            made.key = key;
            made.path = node == 0 ? key : nodes_[node].path + "." + key;
            nodes_.push_back(std::move(made));
            nodes_[node].children.push_back(next);
        }
        node = next;
    }
    if (role != FieldRole::none) {
        nodes_[node].role = role;
    }
}

}  // namespace ffdump
