// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/yaml_tree.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <yaml-cpp/eventhandler.h>
#include <yaml-cpp/exceptions.h>
#include <yaml-cpp/mark.h>
#include <yaml-cpp/parser.h>

#include <algorithm>
#include <array>
#include <optional>
#include <set>
#include <sstream>

namespace ffdump {
namespace {

/// What yaml-cpp says, and what an operator understands. Messages of the library that end in a
/// piece of the text (an alias, an escape) are cut before it: it may be part of a secret.
struct Wording {
    std::string_view theirs;
    std::string_view text;
    std::string_view hint;
};

constexpr std::array kWordings = {
    Wording{"end of sequence not found", "this line does not go on with the list above it",
            "indent the - of every entry of a list by the same number of spaces"},
    Wording{"end of map not found", "this line does not go on with the section above it",
            "indent all keys of a section by the same number of spaces"},
    Wording{"illegal map value", "a value holds a colon and a space, or the indentation is wrong",
            "put a text that holds a colon and a space into quotes, or correct the indentation"},
    Wording{"illegal block entry", "a list cannot begin here",
            "put the - of the first entry on a line of its own"},
    Wording{"unknown token", "a value cannot begin with this character",
            "put the value into quotes"},
    Wording{"end of sequence flow not found", "a [ is not closed", "close it with ]"},
    Wording{"end of map flow not found", "a { is not closed", "close it with }"},
    Wording{"the referenced anchor is not defined", "an alias (*) is not allowed here",
            "write the value out, or put it into quotes when it begins with *"},
};

std::string shown(std::string_view key) {
    constexpr std::size_t kLongest = 60;
    return printable(key.size() <= kLongest ? key : key.substr(0, kLongest));
}

/// Builds the tree from yaml-cpp's events. What is not allowed is thrown as the library's own
/// exception, so that there is one way out of the parser.
class TreeBuilder final : public YAML::EventHandler {
 public:
    TreeBuilder(std::string_view text, const YamlLimits& limits) : text_(text), limits_(limits) {}

    void OnDocumentStart(const YAML::Mark& mark) override {
        if (documents_++ != 0) {
            refuse(mark, "a second document begins here, or the indentation is wrong");
        }
    }
    void OnDocumentEnd() override {}
    void OnNull(const YAML::Mark& mark, YAML::anchor_t anchor) override {
        check(mark, "", anchor);
        attach(made(YamlNode::Kind::null, mark));
    }
    void OnAlias(const YAML::Mark& mark, YAML::anchor_t) override {
        refuse(mark, "an alias (*) is not allowed here");
    }
    void OnScalar(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                  const std::string& value) override {
        check(mark, tag, anchor);
        YamlNode node = made(YamlNode::Kind::scalar, mark);
        node.quoted = tag == "!";
        node.scalar = value;
        if (node.quoted && !quote_is_closed(position(mark))) {
            refuse(mark, "a quote is not closed");
        }
        attach(std::move(node));
    }
    void OnSequenceStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                         YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(made(YamlNode::Kind::sequence, mark), mark);
    }
    void OnSequenceEnd() override { close(); }
    void OnMapStart(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor,
                    YAML::EmitterStyle::value) override {
        check(mark, tag, anchor);
        open(made(YamlNode::Kind::map, mark), mark);
    }
    void OnMapEnd() override { close(); }

    YamlNode take_root() { return std::move(root_); }

 private:
    struct Frame {
        YamlNode node;
        std::string key;
        YamlMark key_mark;
        bool has_key = false;
        std::set<std::string> keys;
    };

    [[noreturn]] static void refuse(const YAML::Mark& mark, const std::string& text) {
        throw YAML::ParserException(mark, text);
    }

    static YamlMark from_one(const YAML::Mark& mark) {
        return {static_cast<std::uint64_t>(mark.line) + 1,
                static_cast<std::uint64_t>(mark.column) + 1};
    }
    static YAML::Mark from_zero(const YamlMark& mark) {
        YAML::Mark out;
        out.line = static_cast<int>(mark.line) - 1;
        out.column = static_cast<int>(mark.column) - 1;
        return out;
    }
    static std::size_t position(const YAML::Mark& mark) {
        return static_cast<std::size_t>(std::max(mark.pos, 0));
    }
    static YamlNode made(YamlNode::Kind kind, const YAML::Mark& mark) {
        YamlNode node;
        node.kind = kind;
        node.mark = from_one(mark);
        return node;
    }

    /// yaml-cpp gives every plain node the tag "?" and every quoted one "!"; a tag that stands in
    /// the text is told from these by its first character there.
    void check(const YAML::Mark& mark, const std::string& tag, YAML::anchor_t anchor) {
        if (anchor != 0) {
            refuse(mark, "an anchor (&) is not allowed here");
        }
        const bool written = position(mark) < text_.size() && text_[position(mark)] == '!';
        if ((!tag.empty() && tag != "?" && tag != "!") || (tag == "!" && written)) {
            refuse(mark, "a tag (!) is not allowed here");
        }
        if (++nodes_ > limits_.nodes) {
            refuse(mark, fmt::format("more than {} values", limits_.nodes));
        }
    }

    /// yaml-cpp takes the end of the text for the end of a quoted scalar and says nothing.
    [[nodiscard]] bool quote_is_closed(std::size_t at) const {
        if (at >= text_.size() || (text_[at] != '"' && text_[at] != '\'')) {
            return true;  // a block scalar: | or >
        }
        const char quote = text_[at];
        for (std::size_t i = at + 1; i < text_.size(); ++i) {
            if (quote == '"' && text_[i] == '\\') {
                ++i;
            } else if (text_[i] == quote) {
                if (quote == '\'' && i + 1 < text_.size() && text_[i + 1] == '\'') {
                    ++i;
                } else {
                    return true;
                }
            }
        }
        return false;
    }

    void open(YamlNode node, const YAML::Mark& mark) {
        if (!stack_.empty() && stack_.back().node.kind == YamlNode::Kind::map &&
            !stack_.back().has_key) {
            refuse(mark, "a key must be a plain word, or a bracket is not closed");
        }
        if (stack_.size() >= limits_.depth) {
            refuse(mark, fmt::format("nested deeper than {} levels", limits_.depth));
        }
        stack_.push_back({});
        stack_.back().node = std::move(node);
    }

    void close() {
        YamlNode node = std::move(stack_.back().node);
        stack_.pop_back();
        attach(std::move(node));
    }

    void attach(YamlNode node) {
        if (stack_.empty()) {
            root_ = std::move(node);
            return;
        }
        Frame& top = stack_.back();
        if (top.node.kind == YamlNode::Kind::sequence) {
            top.node.items.push_back(std::move(node));
        } else if (!top.has_key) {
            take_key(top, std::move(node));
        } else {
            // Where a value is missing the parser stands behind it already, often a line further.
            if (node.kind == YamlNode::Kind::null && node.mark.line != top.key_mark.line) {
                node.mark = top.key_mark;
            }
            top.node.entries.push_back({std::move(top.key), top.key_mark, std::move(node)});
            top.has_key = false;
        }
    }

    static void take_key(Frame& top, YamlNode node) {
        if (node.kind != YamlNode::Kind::scalar) {
            refuse(from_zero(node.mark), "a key must be a plain word, or a bracket is not closed");
        }
        if (!top.keys.insert(node.scalar).second) {
            const YamlNode::Entry& first = *std::ranges::find_if(
                top.node.entries, [&node](const auto& entry) { return entry.key == node.scalar; });
            refuse(from_zero(node.mark),
                   fmt::format("the key {} stands here twice, first on line {}", shown(node.scalar),
                               first.key_mark.line));
        }
        top.key = std::move(node.scalar);
        top.key_mark = node.mark;
        top.has_key = true;
    }

    std::string_view text_;
    YamlLimits limits_;
    std::vector<Frame> stack_;
    YamlNode root_;
    std::size_t nodes_ = 0;
    std::size_t documents_ = 0;
};

/// A flaw of the text itself, before any YAML.
struct TextFlaw {
    std::uint64_t line = 1;
    std::uint64_t column = 1;
    std::string text;
    std::string hint;
};

bool is_refused_control(char c) {
    const auto byte = static_cast<unsigned char>(c);
    return (byte < 0x20U && c != '\n' && c != '\r' && c != '\t') || byte == 0x7FU;
}

/// yaml-cpp reads the byte 0x04 as the end of the text, replaces bytes that are not UTF-8 and
/// reports tabs in odd places, so these are found here.
std::optional<TextFlaw> find_text_flaw(std::string_view text) {
    std::uint64_t line = 1;
    while (!text.empty()) {
        const std::size_t end = std::min(text.find('\n'), text.size() - 1) + 1;
        const std::string_view row = text.substr(0, end);
        if (const auto* it = std::ranges::find_if(row, is_refused_control); it != row.end()) {
            return TextFlaw{line, static_cast<std::uint64_t>(it - row.begin()) + 1,
                            "a control character stands in the text", "remove it"};
        }
        if (!is_utf8(row)) {
            return TextFlaw{line, 1, "this line is not UTF-8", "save the file as UTF-8"};
        }
        const std::size_t indent = std::min(row.find_first_not_of(" \t\r\n"), row.size());
        const std::size_t tab = row.substr(0, indent).find('\t');
        if (tab != std::string_view::npos && indent < row.size() && row[indent] != '#') {
            return TextFlaw{line, tab + 1, "a tab stands in the indentation",
                            "indent with spaces: YAML does not take tabs"};
        }
        text.remove_prefix(end);
        ++line;
    }
    return std::nullopt;
}

Error translated(const YAML::Exception& problem, Reason reason) {
    const auto* wording = std::ranges::find_if(kWordings, [&problem](const Wording& candidate) {
        return problem.msg.starts_with(candidate.theirs);
    });
    if (wording != kWordings.end()) {
        return Error(reason, std::string(wording->text)).hint(std::string(wording->hint));
    }
    return {reason, problem.msg.substr(0, problem.msg.find(": "))};
}

}  // namespace

const YamlNode* YamlNode::find(std::string_view key) const noexcept {
    for (const Entry& entry : entries) {
        if (entry.key == key) {
            return &entry.value;
        }
    }
    return nullptr;
}

Result<YamlNode> parse_yaml(const std::string& text, const std::string& name, Reason reason,
                            const YamlLimits& limits) {
    if (text.size() > limits.bytes) {
        return failed(Error(reason, fmt::format("larger than {} bytes", limits.bytes))
                          .at_file(name)
                          .hint("is this the right file?"));
    }
    constexpr std::string_view kByteOrderMark = "\xEF\xBB\xBF";
    const std::string body =
        text.starts_with(kByteOrderMark) ? text.substr(kByteOrderMark.size()) : text;
    if (auto flaw = find_text_flaw(body)) {
        return failed(Error(reason, flaw->text)
                          .at_file(name)
                          .at_line(flaw->line, flaw->column)
                          .hint(flaw->hint));
    }
    try {
        std::istringstream stream(body);
        YAML::Parser parser(stream);
        TreeBuilder builder(body, limits);
        while (parser.HandleNextDocument(builder)) {
        }
        return builder.take_root();
    } catch (const YAML::Exception& problem) {
        Error error = translated(problem, reason).at_file(name);
        if (problem.mark.is_null()) {
            return failed(std::move(error));
        }
        return failed(
            std::move(error).at_line(static_cast<std::uint64_t>(problem.mark.line) + 1,
                                     static_cast<std::uint64_t>(problem.mark.column) + 1));
    }
}

}  // namespace ffdump
