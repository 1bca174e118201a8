// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "mistakes.hpp"

#include "ffdump/config/yaml_tree.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <initializer_list>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Both ends belong to it.
struct WholeRange {
    std::uint64_t least = 0;
    std::uint64_t most = std::numeric_limits<std::uint64_t>::max();
};

/// Reads one section (a map) of the configuration. Every key that is asked for becomes a known key;
/// what is left over is reported as unknown by finish(). A value that is absent leaves the target
/// as it is; a wrong one does too and is a mistake. One thread; all references must outlive it.
class SectionReader {
 public:
    /// `node` may be null: an absent section, in which every key is absent. `path` is its dotted
    /// key, empty at the top.
    SectionReader(Mistakes& mistakes, const YamlNode* node, std::string path, YamlMark mark);

    /// Reads the section `key` below this one with `read` and reports its unknown keys.
    void section(std::string_view key, const std::function<void(SectionReader&)>& read);
    /// The same for every entry of this section, whatever its key: names that the operator chooses.
    void each(const std::function<void(const YamlNode::Entry&)>& read);
    /// Every entry of the list of sections under `key`.
    void items(std::string_view key, const std::function<void(SectionReader&)>& read);

    /// The value as it stands, without any check.
    [[nodiscard]] const YamlNode* find(std::string_view key);
    /// Accepts the keys without reading them.
    void pass(std::initializer_list<std::string_view> keys);

    void whole(std::string_view key, unsigned& target, WholeRange range);
    void whole(std::string_view key, std::size_t& target, WholeRange range);
    /// A number, or `auto`, which is 0 then.
    void whole_or_auto(std::string_view key, unsigned& target, WholeRange range);
    /// Bytes: a number, or one with KiB, MiB or GiB.
    void bytes(std::string_view key, std::size_t& target, WholeRange range);
    /// A number above 0 and at most `most`.
    void fraction(std::string_view key, double& target, double most);
    /// Go's spelling. `least` to 720h.
    void duration(std::string_view key, std::chrono::milliseconds& target,
                  std::chrono::milliseconds least = std::chrono::milliseconds(0));
    void flag(std::string_view key, bool& target);

    /// One line of text without control characters; nothing when it is absent, empty (a mistake
    /// then) or wrong.
    [[nodiscard]] std::optional<std::string> text(std::string_view key);
    /// The same, where '' means the same as an absent key.
    [[nodiscard]] std::optional<std::string> text_or_empty(std::string_view key);
    [[nodiscard]] std::optional<std::vector<std::string>> texts(std::string_view key);
    [[nodiscard]] std::optional<std::string> url(std::string_view key);
    /// One URL, or a list of different ones.
    [[nodiscard]] std::vector<std::string> urls(std::string_view key);
    /// Index into `words`.
    [[nodiscard]] std::optional<std::size_t> choice(std::string_view key,
                                                    std::initializer_list<std::string_view> words);

    /// A mistake of the value of `key`, or of this section when the key is absent.
    void mistake(std::string_view key, std::string_view text, std::string hint);

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] Mistakes& mistakes() noexcept { return mistakes_; }
    void finish();

 private:
    /// The scalar under `key`; any other kind is a mistake that names `wanted`.
    [[nodiscard]] const YamlNode* scalar(std::string_view key, std::string_view wanted);
    /// The same for numbers and words, which must not stand in quotes.
    [[nodiscard]] const YamlNode* bare(std::string_view key, std::string_view wanted);
    [[nodiscard]] std::optional<std::uint64_t> number(std::string_view key, WholeRange range);
    [[nodiscard]] bool is_clean(std::string_view key, const std::string& text, YamlMark mark);

    Mistakes& mistakes_;
    const YamlNode* node_;
    std::string path_;
    YamlMark mark_;
    bool any_key_ = false;
    std::vector<std::string> asked_;
};

/// "a list", "a section", "a text", "nothing": for messages.
[[nodiscard]] std::string_view kind_text(YamlNode::Kind kind) noexcept;

}  // namespace ffdump
