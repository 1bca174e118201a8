// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// Where a value of a YAML text stands; both from 1.
struct YamlMark {
    std::uint64_t line = 0;
    std::uint64_t column = 0;
};

/// A node of a YAML text, plain data. Scalars stay text (`quoted` says whether the text stood in
/// quotes, so `"1"` can be told from `1`); meaning is given by whoever reads it.
struct YamlNode {
    enum class Kind : std::uint8_t { null, scalar, sequence, map };
    struct Entry;

    Kind kind = Kind::null;
    YamlMark mark;
    std::string scalar;
    bool quoted = false;
    std::vector<YamlNode> items;  ///< of a sequence
    std::vector<Entry> entries;   ///< of a map, in order; keys are scalars and unique

    [[nodiscard]] const YamlNode* find(std::string_view key) const noexcept;
};

struct YamlNode::Entry {
    std::string key;
    YamlMark key_mark;
    YamlNode value;
};

/// Bounds against hostile text: yaml-cpp by itself accepts alias bombs and duplicate keys.
struct YamlLimits {
    std::size_t bytes = 1U << 20U;
    std::size_t nodes = 10000;
    std::size_t depth = 32;
};

/// One YAML document; an empty text gives a null node. Anchors, aliases, tags, several documents,
/// keys that are not scalars, duplicate keys, quotes that are not closed, tabs in the indentation,
/// control characters and bytes that are not UTF-8 are errors. All errors have `reason`, `name` as
/// file, line and column, and hold no value of the text.
[[nodiscard]] Result<YamlNode> parse_yaml(const std::string& text, const std::string& name,
                                          Reason reason, const YamlLimits& limits = {});

}  // namespace ffdump
