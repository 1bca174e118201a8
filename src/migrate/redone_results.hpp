// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/journal/redo_log.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <map>
#include <optional>
#include <utility>

namespace ffdump {

/// Facens that an earlier process of the run got and did not come to commit, each used once. As
/// many as fit between two commits and into the window.
class RedoneResults {
 public:
    /// Of two for one record the later one counts.
    void add(const RecordPlace& place, Facen facen) {
        facens_.insert_or_assign(place, std::move(facen));
    }
    [[nodiscard]] std::optional<Facen> take(const RecordPlace& place) {
        auto node = facens_.extract(place);
        return node ? std::optional(std::move(node.mapped())) : std::nullopt;
    }
    [[nodiscard]] std::size_t size() const noexcept { return facens_.size(); }

 private:
    std::map<RecordPlace, Facen> facens_;
};

}  // namespace ffdump
