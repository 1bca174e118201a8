// SPDX-License-Identifier: Apache-2.0
#include "section_reader.hpp"

#include "byte_size.hpp"
#include "go_duration.hpp"
#include "url_rule.hpp"

#include "ffdump/config/load_settings.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <charconv>
#include <utility>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kLongestDuration = std::chrono::hours(720);
constexpr std::size_t kLongestText = 4096;

bool is_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return byte < 0x20U || byte == 0x7FU;
}

/// What Go's YAML takes for a boolean; the vendor's own example writes True.
std::optional<bool> parse_flag(std::string_view text) {
    constexpr std::array<std::string_view, 9> kTrue = {"true", "True", "TRUE", "yes", "Yes",
                                                       "YES",  "on",   "On",   "ON"};
    constexpr std::array<std::string_view, 9> kFalse = {"false", "False", "FALSE", "no", "No",
                                                        "NO",    "off",   "Off",   "OFF"};
    if (std::ranges::find(kTrue, text) != kTrue.end()) {
        return true;
    }
    if (std::ranges::find(kFalse, text) != kFalse.end()) {
        return false;
    }
    return std::nullopt;
}

std::string range_hint(WholeRange range) {
    return fmt::format("write a number from {} to {}", range.least, range.most);
}

}  // namespace

std::string_view kind_text(YamlNode::Kind kind) noexcept {
    switch (kind) {
        case YamlNode::Kind::scalar:
            return "a single value";
        case YamlNode::Kind::sequence:
            return "a list";
        case YamlNode::Kind::map:
            return "a section";
        case YamlNode::Kind::null:
            break;
    }
    return "nothing";
}

SectionReader::SectionReader(Mistakes& mistakes, const YamlNode* node, std::string path,
                             YamlMark mark)
    : mistakes_(mistakes), node_(node), path_(std::move(path)), mark_(mark) {
    if (node_ == nullptr || node_->kind == YamlNode::Kind::null) {
        node_ = nullptr;
    } else if (node_->kind != YamlNode::Kind::map) {
        mistakes_.add(node_->mark, path_,
                      fmt::format("is {} where a section is wanted", kind_text(node_->kind)),
                      "write the keys of the section below it, indented");
        node_ = nullptr;
    }
}

const YamlNode* SectionReader::find(std::string_view key) {
    if (std::ranges::find(asked_, key) == asked_.end()) {
        asked_.emplace_back(key);
    }
    mistakes_.know(dotted(path_, key));
    return node_ == nullptr ? nullptr : node_->find(key);
}

void SectionReader::pass(std::initializer_list<std::string_view> keys) {
    for (const std::string_view key : keys) {
        static_cast<void>(find(key));
    }
}

void SectionReader::section(std::string_view key, const std::function<void(SectionReader&)>& read) {
    const YamlNode* node = find(key);
    YamlMark mark = mark_;
    if (node != nullptr) {
        const auto it = std::ranges::find(node_->entries, key, &YamlNode::Entry::key);
        mark = it->key_mark;
    }
    SectionReader below(mistakes_, node, dotted(path_, key), mark);
    read(below);
    below.finish();
}

void SectionReader::each(const std::function<void(const YamlNode::Entry&)>& read) {
    any_key_ = true;
    if (node_ != nullptr) {
        std::ranges::for_each(node_->entries, read);
    }
}

void SectionReader::items(std::string_view key, const std::function<void(SectionReader&)>& read) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return;
    }
    if (node->kind != YamlNode::Kind::sequence) {
        mistake(key, fmt::format("is {} where a list is wanted", kind_text(node->kind)),
                "write its entries below it, each after a hyphen");
        return;
    }
    for (const YamlNode& item : node->items) {
        SectionReader below(mistakes_, &item, dotted(path_, key), item.mark);
        read(below);
        below.finish();
    }
}

void SectionReader::finish() {
    if (node_ == nullptr || any_key_) {
        return;
    }
    for (const YamlNode::Entry& entry : node_->entries) {
        if (std::ranges::find(asked_, entry.key) == asked_.end()) {
            mistakes_.add_unknown(entry.key_mark, path_, entry.key, asked_);
        }
    }
}

void SectionReader::mistake(std::string_view key, std::string_view text, std::string hint) {
    const YamlNode* node = node_ == nullptr ? nullptr : node_->find(key);
    mistakes_.add(node == nullptr ? mark_ : node->mark, dotted(path_, key), text, std::move(hint));
}

const YamlNode* SectionReader::scalar(std::string_view key, std::string_view wanted) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return nullptr;
    }
    if (node->kind == YamlNode::Kind::null) {
        mistake(key, "has no value", "give it a value or remove the key");
        return nullptr;
    }
    if (node->kind != YamlNode::Kind::scalar) {
        mistake(key, fmt::format("is {} where {} is wanted", kind_text(node->kind), wanted),
                fmt::format("write {} after the colon", wanted));
        return nullptr;
    }
    return node;
}

const YamlNode* SectionReader::bare(std::string_view key, std::string_view wanted) {
    const YamlNode* node = scalar(key, wanted);
    if (node != nullptr && node->quoted) {
        mistake(key, fmt::format("is a text in quotes where {} is wanted", wanted),
                "write it without quotes");
        return nullptr;
    }
    return node;
}

std::optional<std::uint64_t> SectionReader::number(std::string_view key, WholeRange range) {
    const YamlNode* node = bare(key, "a whole number");
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto value = parse_whole(node->scalar);
    if (!value) {
        mistake(key, fmt::format("is {}, which is no whole number", excerpt(node->scalar)),
                range_hint(range));
        return std::nullopt;
    }
    if (*value < range.least || *value > range.most) {
        mistake(key, fmt::format("is {}, which is out of range", *value), range_hint(range));
        return std::nullopt;
    }
    return value;
}

void SectionReader::whole_or_auto(std::string_view key, unsigned& target, WholeRange range) {
    const YamlNode* node = find(key);
    if (node != nullptr && node->kind == YamlNode::Kind::scalar && node->scalar == "auto") {
        target = 0;
        return;
    }
    whole(key, target, range);
}

void SectionReader::whole(std::string_view key, unsigned& target, WholeRange range) {
    target = static_cast<unsigned>(number(key, range).value_or(target));
}

void SectionReader::whole(std::string_view key, std::size_t& target, WholeRange range) {
    target = static_cast<std::size_t>(number(key, range).value_or(target));
}

void SectionReader::bytes(std::string_view key, std::size_t& target, WholeRange range) {
    const YamlNode* node = bare(key, "a size");
    if (node == nullptr) {
        return;
    }
    const auto value = parse_byte_size(node->scalar);
    const std::string limits =
        fmt::format("from {} to {}", byte_size_text(range.least), byte_size_text(range.most));
    if (!value) {
        mistake(key, fmt::format("is {}, which is no size", excerpt(node->scalar)),
                fmt::format("write bytes or KiB, MiB, GiB, {}", limits));
    } else if (*value < range.least || *value > range.most) {
        mistake(key, fmt::format("is {}, which is out of range", excerpt(node->scalar)),
                fmt::format("write a size {}", limits));
    } else {
        target = static_cast<std::size_t>(*value);
    }
}

void SectionReader::fraction(std::string_view key, double& target, double most) {
    const YamlNode* node = bare(key, "a number");
    if (node == nullptr) {
        return;
    }
    double value = 0;
    const char* begin = node->scalar.data();
    const char* end = begin + node->scalar.size();
    const auto [stop, problem] = std::from_chars(begin, end, value);
    if (problem != std::errc() || stop != end || !(value > 0) || value > most) {
        mistake(key,
                fmt::format("is {}, which is out of range or no number", excerpt(node->scalar)),
                fmt::format("write a number above 0 and at most {}, such as 1e-3", most));
        return;
    }
    target = value;
}

void SectionReader::duration(std::string_view key, std::chrono::milliseconds& target,
                             std::chrono::milliseconds least) {
    const YamlNode* node = scalar(key, "a duration");
    if (node == nullptr) {
        return;
    }
    const auto value = parse_go_duration(node->scalar);
    if (!value) {
        const bool lacks_unit = parse_whole(node->scalar).has_value();
        mistake(key, fmt::format("is {}, which is no duration", excerpt(node->scalar)),
                lacks_unit ? fmt::format("write the unit: did you mean {}s?", excerpt(node->scalar))
                           : "write it as 5s, 1m30s or 250ms; 0s means none");
    } else if (*value < least || *value > kLongestDuration) {
        mistake(key, fmt::format("is {}, which is out of range", excerpt(node->scalar)),
                fmt::format("write a duration from {} to 720h", go_duration_text(least)));
    } else {
        target = *value;
    }
}

void SectionReader::flag(std::string_view key, bool& target) {
    const YamlNode* node = bare(key, "true or false");
    if (node == nullptr) {
        return;
    }
    const auto value = parse_flag(node->scalar);
    if (!value) {
        mistake(key, fmt::format("is {}, which is neither true nor false", excerpt(node->scalar)),
                "write true or false");
        return;
    }
    target = *value;
}

bool SectionReader::is_clean(std::string_view key, const std::string& text, YamlMark mark) {
    std::string_view flaw;
    if (text.size() > kLongestText) {
        flaw = "is longer than 4096 bytes";
    } else if (std::ranges::any_of(text, is_control)) {
        flaw = "holds a line break or a control character";
    }
    if (!flaw.empty()) {
        mistakes_.add(mark, dotted(path_, key), flaw, "write one line of plain text");
    }
    return flaw.empty();
}

std::optional<std::string> SectionReader::text_or_empty(std::string_view key) {
    const YamlNode* node = scalar(key, "a text");
    if (node == nullptr || node->scalar.empty() || !is_clean(key, node->scalar, node->mark)) {
        return std::nullopt;
    }
    return node->scalar;
}

std::optional<std::string> SectionReader::text(std::string_view key) {
    auto value = text_or_empty(key);
    const YamlNode* node = node_ == nullptr ? nullptr : node_->find(key);
    if (node != nullptr && node->kind == YamlNode::Kind::scalar && node->scalar.empty()) {
        mistake(key, "is empty", "give it a value or remove the key");
    }
    return value;
}

std::optional<std::vector<std::string>> SectionReader::texts(std::string_view key) {
    const YamlNode* node = find(key);
    if (node == nullptr) {
        return std::nullopt;
    }
    if (node->kind != YamlNode::Kind::sequence) {
        mistake(key, fmt::format("is {} where a list is wanted", kind_text(node->kind)),
                "write [first, second]");
        return std::nullopt;
    }
    std::vector<std::string> out;
    for (const YamlNode& item : node->items) {
        if (item.kind != YamlNode::Kind::scalar || item.scalar.empty()) {
            mistakes_.add(item.mark, dotted(path_, key), "has an entry that is no text",
                          "write every entry as a word or in quotes");
        } else if (is_clean(key, item.scalar, item.mark)) {
            out.push_back(item.scalar);
        }
    }
    return out;
}

std::optional<std::string> SectionReader::url(std::string_view key) {
    const YamlNode* node = scalar(key, "a URL");
    if (node == nullptr) {
        return std::nullopt;
    }
    if (const auto flaw = url_flaw(node->scalar)) {
        mistake(key, flaw->text, flaw->hint);
        return std::nullopt;
    }
    return node->scalar;
}

std::vector<std::string> SectionReader::urls(std::string_view key) {
    const YamlNode* node = find(key);
    if (node == nullptr || node->kind != YamlNode::Kind::sequence) {
        std::optional<std::string> one = url(key);
        return one ? std::vector{std::move(*one)} : std::vector<std::string>{};
    }
    std::vector<std::string> all = texts(key).value_or(std::vector<std::string>{});
    if (node->items.empty()) {
        mistake(key, "is an empty list", "write http://HOST:PORT");
    }
    for (std::size_t i = 0; i < all.size(); ++i) {
        if (const auto flaw = url_flaw(all[i])) {
            mistake(key, "has an entry that " + flaw->text, flaw->hint);
        } else if (std::ranges::count(all, all[i]) > 1) {
            mistake(key, "has one URL twice", "write each server once");
            break;
        }
    }
    return all;
}

std::optional<std::size_t> SectionReader::choice(std::string_view key,
                                                 std::initializer_list<std::string_view> words) {
    const YamlNode* node = scalar(key, "a word");
    if (node == nullptr) {
        return std::nullopt;
    }
    const auto* const it = std::ranges::find(words, node->scalar);
    if (it == words.end()) {
        const std::vector<std::string> known(words.begin(), words.end());
        mistake(key, fmt::format("is {}, which is not known", excerpt(node->scalar)),
                nearest_hint(node->scalar, known));
        return std::nullopt;
    }
    return static_cast<std::size_t>(it - words.begin());
}

}  // namespace ffdump
