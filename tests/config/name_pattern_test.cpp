// SPDX-License-Identifier: Apache-2.0
#include "ffdump/config/load_settings.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

using namespace ffdump;

TEST_CASE("a pattern matches the whole name, with * for any run and ? for one character") {
    CHECK(matches_pattern("ffsec_face_events", "ffsec_face_events"));
    CHECK(matches_pattern("*", ""));
    CHECK(matches_pattern("*", "anything"));
    CHECK(matches_pattern("*_clusters", "ffsec_face_clusters"));
    CHECK(matches_pattern("ffsec_*_events", "ffsec_body_events"));
    CHECK(matches_pattern("a**b", "ab"));
    CHECK(matches_pattern("?", "x"));
    CHECK(matches_pattern("?", "\u0436"));
    CHECK(matches_pattern("a?c", "a\u0436c"));
    CHECK(matches_pattern("*?b", "aab"));
    CHECK(matches_pattern("*ab*ab", "aabab"));
    CHECK(matches_pattern("", ""));
    CHECK_FALSE(matches_pattern("", "a"));
    CHECK_FALSE(matches_pattern("?", ""));
    CHECK_FALSE(matches_pattern("??", "x"));
    CHECK_FALSE(matches_pattern("face", "faces"));
    CHECK_FALSE(matches_pattern("faces", "face"));
    CHECK_FALSE(matches_pattern("*_clusters", "ffsec_face_clusters_old"));
    CHECK_FALSE(matches_pattern("[a]", "a"));
    CHECK_FALSE(matches_pattern("A", "a"));
}

TEST_CASE("a pattern agrees with the plain recursive definition on all short strings") {
    struct Plain {
        static bool match(const std::string& p, const std::string& n) {
            if (p.empty()) {
                return n.empty();
            }
            if (p[0] == '*') {
                return match(p.substr(1), n) || (!n.empty() && match(p, n.substr(1)));
            }
            return !n.empty() && (p[0] == '?' || p[0] == n[0]) && match(p.substr(1), n.substr(1));
        }
    };
    const auto words = [](const std::string& letters, std::size_t longest) {
        std::vector<std::string> out = {""};
        for (std::size_t i = 0; i < out.size(); ++i) {
            if (out[i].size() < longest) {
                for (const char c : letters) {
                    out.push_back(out[i] + c);
                }
            }
        }
        return out;
    };
    std::size_t matched = 0;
    for (const std::string& pattern : words("ab*?", 5)) {
        for (const std::string& name : words("ab", 5)) {
            const bool expected = Plain::match(pattern, name);
            matched += expected ? 1 : 0;
            if (matches_pattern(pattern, name) != expected) {
                FAIL(pattern << " on " << name);
            }
        }
    }
    CHECK(matched > 1000);
}

TEST_CASE("a hostile pattern costs no more than pattern times name") {
    std::string pattern;
    for (int i = 0; i < 1000; ++i) {
        pattern += "*a";
    }
    const std::string name(100000, 'a');
    CHECK(matches_pattern(pattern, name));
    CHECK_FALSE(matches_pattern(pattern + "b", name));
}
