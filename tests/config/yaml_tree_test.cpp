// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/yaml_tree.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;

namespace {

YamlNode parsed(const std::string& text) {
    auto node = parse_yaml(text, "c.yaml", Reason::config_invalid);
    INFO((node ? "" : node.error().one_line()));
    REQUIRE(node);
    return std::move(*node);
}

std::string problem(const std::string& text, const YamlLimits& limits = {}) {
    const auto node = parse_yaml(text, "c.yaml", Reason::config_invalid, limits);
    if (node) {
        return "accepted";
    }
    CHECK(node.error().reason() == Reason::config_invalid);
    return node.error().place_text() + " " + node.error().detail();
}

std::string repeated(const std::string& piece, std::size_t count) {
    std::string text;
    for (std::size_t i = 0; i < count; ++i) {
        text += piece;
    }
    return text;
}

}  // namespace

TEST_CASE("a YAML text becomes a tree with kinds, quotes and places from 1") {
    const YamlNode root = parsed("a: 1\n\"b\": '2'\nc:\n  - x\n  - {d: null}\ne:\nf: |\n  text\n");
    REQUIRE(root.kind == YamlNode::Kind::map);
    REQUIRE(root.entries.size() == 5);
    CHECK(root.find("a")->scalar == "1");
    CHECK_FALSE(root.find("a")->quoted);
    CHECK(root.find("a")->mark.line == 1);
    CHECK(root.find("a")->mark.column == 4);
    CHECK(root.find("b")->quoted);
    CHECK(root.entries[1].key_mark.line == 2);
    const YamlNode& list = *root.find("c");
    REQUIRE(list.kind == YamlNode::Kind::sequence);
    REQUIRE(list.items.size() == 2);
    CHECK(list.items[1].find("d")->kind == YamlNode::Kind::null);
    CHECK(root.find("e")->kind == YamlNode::Kind::null);
    CHECK(root.find("e")->mark.line == 6);
    CHECK(root.find("f")->scalar == "text\n");
    CHECK(root.find("missing") == nullptr);
}

TEST_CASE("an empty text, a byte order mark and CRLF line ends are fine") {
    CHECK(parsed("").kind == YamlNode::Kind::null);
    CHECK(parsed("# only a comment\n").kind == YamlNode::Kind::null);
    CHECK(parsed("\xEF\xBB\xBF"
                 "a: 'b'\n")
              .find("a")
              ->scalar == "b");
    const YamlNode root = parsed("x: 1\r\na: 'it''s'\r\nb: \"q\\\"\"\r\n");
    CHECK(root.find("a")->scalar == "it's");
    CHECK(root.find("b")->scalar == "q\"");
    CHECK(root.find("b")->mark.line == 3);
}

TEST_CASE("aliases, anchors and tags are refused where they stand") {
    CHECK(problem("a: &x 1\n") == "c.yaml:1:4 an anchor (&) is not allowed here");
    CHECK(problem("a: &x\n  b: 1\n") == "c.yaml:1:4 an anchor (&) is not allowed here");
    CHECK(problem("b: 1\na: &x [*x]\n") == "c.yaml:2:4 an anchor (&) is not allowed here");
    CHECK(problem("a: *x\n") == "c.yaml:1:4 an alias (*) is not allowed here");
    CHECK(problem("a: !!str b\n") == "c.yaml:1:4 a tag (!) is not allowed here");
    CHECK(problem("a: !foo b\n") == "c.yaml:1:4 a tag (!) is not allowed here");
    CHECK(problem("a: ! b\n") == "c.yaml:1:4 a tag (!) is not allowed here");
    CHECK(problem("a: ! 'b'\n") == "c.yaml:1:4 a tag (!) is not allowed here");
    CHECK(problem("!!map {a: 1}\n") == "c.yaml:1:1 a tag (!) is not allowed here");
}

TEST_CASE("an alias bomb is refused at its first anchor") {
    std::string text = "a: &a [x,x,x,x,x,x,x,x,x]\n";
    for (char c = 'b'; c <= 'j'; ++c) {
        const std::string before(1, static_cast<char>(c - 1));
        text += std::string(1, c) + ": &" + c + " [" + repeated("*" + before + ",", 9) + "]\n";
    }
    CHECK(problem(text) == "c.yaml:1:4 an anchor (&) is not allowed here");
}

TEST_CASE("duplicate keys are refused and name the first") {
    CHECK(problem("a: 1\nb: 2\na: 3\n") ==
          "c.yaml:3:1 the key a stands here twice, first on line 1");
    CHECK(problem("a: {b: 1, \"b\": 2}\n") ==
          "c.yaml:1:11 the key b stands here twice, first on line 1");
    CHECK(problem("a: {b: 1}\nc: {b: 1}\n") == "accepted");
}

TEST_CASE("keys that are no words are refused") {
    CHECK(problem("? [a]\n: 1\n") ==
          "c.yaml:1:3 a key must be a plain word, or a bracket is not closed");
    CHECK(problem("{a: 1}: 1\n") ==
          "c.yaml:1:1 a key must be a plain word, or a bracket is not closed");
    CHECK(problem("~: 1\n") == "c.yaml:1:1 a key must be a plain word, or a bracket is not closed");
}

TEST_CASE("a second document is refused") {
    CHECK(problem("a: 1\n---\nb: 1\n") ==
          "c.yaml:2:1 a second document begins here, or the indentation is wrong");
    CHECK(problem(" - a\nb: 1\n") ==
          "c.yaml:2:1 a second document begins here, or the indentation is wrong");
    CHECK(problem("---\na: 1\n...\n") == "accepted");
}

TEST_CASE("bytes, values and depth are bounded") {
    YamlLimits limits;
    limits.bytes = 8;
    CHECK(problem("a: 12345\n", limits) == "c.yaml larger than 8 bytes");
    CHECK(problem("a: 1234\n", limits) == "accepted");
    limits = {};
    limits.nodes = 5;
    CHECK(problem("[1,2,3,4]", limits) == "accepted");
    CHECK(problem("[1,2,3,4,5]", limits) == "c.yaml:1:10 more than 5 values");
    CHECK(problem(repeated("[", 32) + repeated("]", 32)) == "accepted");
    CHECK(problem(repeated("[", 33) + repeated("]", 33)) ==
          "c.yaml:1:33 nested deeper than 32 levels");
    CHECK(problem(repeated("- ", 100) + "x") == "c.yaml:1:65 nested deeper than 32 levels");
    CHECK(problem(repeated("{a: ", 100) + repeated("}", 100)) ==
          "c.yaml:1:129 nested deeper than 32 levels");
}

TEST_CASE("hostile texts of the full size end in an error and not in minutes") {
    const std::size_t full = YamlLimits{}.bytes;
    CHECK(problem(repeated("[", full)) != "accepted");
    CHECK(problem(repeated("? ", full / 2)) != "accepted");
    CHECK(problem("[" + repeated("1,", (full / 2) - 1) + "]") ==
          "c.yaml:1:20000 more than 10000 values");
    CHECK(problem(repeated("'", full - 1)) != "accepted");
    CHECK(problem(repeated("{a: [", full / 5)) != "accepted");
    CHECK(problem(repeated("a:\n", full / 3)) != "accepted");
    CHECK(problem("a: \"" + repeated("\\", full - 4)) != "accepted");
    CHECK(parsed("a: " + repeated("x\n ", full / 4)).find("a")->scalar.size() > 1000);
}

TEST_CASE("tabs, control characters and other encodings are named") {
    CHECK(problem("a:\n\tb: 1\n") == "c.yaml:2:1 a tab stands in the indentation");
    CHECK(problem("a:\n  \tb: 1\n") == "c.yaml:2:3 a tab stands in the indentation");
    CHECK(problem("a: 1 \t# fine\n\t# fine\n\t\nb: 2\n") == "accepted");
    CHECK(problem(std::string("a: 1\nb: \x04 2\n")) ==
          "c.yaml:2:4 a control character stands in the text");
    CHECK(problem(std::string("a: 1\0", 5)) == "c.yaml:1:5 a control character stands in the text");
    CHECK(problem("a: 1\nb: \xFF\xFE\n") == "c.yaml:2:1 this line is not UTF-8");
}

TEST_CASE("slips of syntax are told in an operator's words") {
    CHECK(problem("shards:\n  - master: a\n    slave: ''\n   - master: b\n") ==
          "c.yaml:4:4 this line does not go on with the list above it");
    CHECK(problem("shards:\n    - master: a\n      slave: ''\n     - master: b\n") ==
          "c.yaml:4:6 this line does not go on with the list above it");
    CHECK(problem("a: b: c\n") ==
          "c.yaml:1:5 a value holds a colon and a space, or the indentation is wrong");
    CHECK(problem("a: @b\n") == "c.yaml:1:4 a value cannot begin with this character");
    CHECK(problem("a: [1,\nb: 2\n") == "c.yaml:3:1 a [ is not closed");
    CHECK(problem("a: 'b\nc: d\n") == "c.yaml:1:4 a quote is not closed");
    CHECK(problem("a: \"b\n") == "c.yaml:1:4 a quote is not closed");
    CHECK(problem("a: \"b\\\"\n") == "c.yaml:1:4 a quote is not closed");
    CHECK(problem("a: 'b''\n") == "c.yaml:1:4 a quote is not closed");
    CHECK(problem("a: - b\n") == "c.yaml:1:4 a list cannot begin here");
}

TEST_CASE("an error of syntax never holds a piece of a value") {
    for (const char* text :
         {"key: *hush\n", "key: &hush\n", "key: !hush\n", "key: \"\\hush\"\n", "key: `hush\n",
          "key: hush: x\n", "key: 'hush\n", "key: %hush\n", "key: @hush\n", "key: !<hush\n",
          "key: \"\\xhush\"\n", "key: \"\\uD800 hush\"\n", "key: [hush\n", "key: {hush\n",
          "key: |hush\n", "key: &hush &hush 1\n", "%YAML hush\n---\na: 1\n",
          "%TAG hush\n---\na: 1\n"}) {
        CAPTURE(text);
        const auto node = parse_yaml(text, "c.yaml", Reason::config_invalid);
        REQUIRE_FALSE(node);
        CHECK(node.error().one_line().find("hush") == std::string::npos);
        CHECK(node.error().place().line >= 1);
        CHECK(node.error().place().column >= 1);
    }
}

TEST_CASE("a text cut anywhere gives a tree or an error with a place") {
    const std::string text =
        "a: 'x'\nb: [1, {c: \"d\\n\"}]\ne:\n  - f: g\n    h: |\n      i\n  - {}\n? j\n: k\n";
    std::size_t accepted = 0;
    for (std::size_t length = 0; length <= text.size(); ++length) {
        const auto node = parse_yaml(text.substr(0, length), "c.yaml", Reason::config_invalid);
        accepted += node ? 1 : 0;
        CHECK((node || node.error().place().line > 0));
    }
    CHECK(accepted > 10);
    CHECK(accepted < text.size());
}
