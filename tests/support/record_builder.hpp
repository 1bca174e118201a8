// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"
#include "ffdump/record/facen.hpp"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <random>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

inline constexpr std::array kAllContainers = {Container::json_lines, Container::json_array,
                                              Container::json_stream, Container::json_object};

[[nodiscard]] constexpr bool is_array(Container container) {
    return container == Container::json_array || container == Container::json_object;
}

/// The layout that RecordBuilder and RecordGenerator write, in any container.
inline Profile builder_profile(Container container) {
    Profile profile;
    profile.name = "builder";
    profile.container = container;
    profile.id = {"id"};
    profile.facen = {"facen"};
    profile.facen_model = {"facen_model"};
    profile.meta = {"meta"};
    profile.normalized_id = {"meta", "normalized_id"};
    if (container == Container::json_object) {
        profile.records = {"faces"};
    }
    if (notation_of(container) == Notation::msgpack) {
        profile.facen_encoding = FacenEncoding::of("bin-float32le").value();
    }
    return profile;
}

/// Text of one record: `RecordBuilder(7).normalized("a.png").text()`. Values are JSON as given.
class RecordBuilder {
 public:
    explicit RecordBuilder(std::uint64_t id) : id_(std::to_string(id)) {}

    RecordBuilder& facen(std::string token) {
        facen_ = std::move(token);
        return *this;
    }
    RecordBuilder& model(std::string name) {
        model_ = std::move(name);
        return *this;
    }
    RecordBuilder& normalized(std::string name) {
        normalized_ = std::move(name);
        return *this;
    }
    /// Members of meta beside normalized_id, without a comma at either end.
    RecordBuilder& meta(std::string members) {
        meta_ = std::move(members);
        return *this;
    }
    [[nodiscard]] std::string text() const {
        std::string text = "{\"id\":" + id_ + R"(,"facen":")" + facen_ + "\"";
        if (model_) {
            text += R"(,"facen_model":")" + *model_ + "\"";
        }
        text += ",\"meta\":{" + meta_;
        if (normalized_) {
            text += (meta_.empty() ? R"("normalized_id":")" : R"(,"normalized_id":")") +
                    *normalized_ + "\"";
        }
        return text + "}}";
    }

 private:
    std::string id_;
    std::string facen_ = "AACAPw==";
    std::string meta_;
    std::optional<std::string> model_;
    std::optional<std::string> normalized_;
};

/// What a generated record holds.
struct GeneratedRecord {
    std::string text;
    std::uint64_t id = 0;
    std::string facen;  ///< as it stands between its quotes
    bool has_model = false;
};

/// Odd but valid records from a seed: every order of keys, white space, spelling of numbers and
/// escapes, bytes that are not UTF-8, unknown fields and nesting.
class RecordGenerator {
 public:
    explicit RecordGenerator(std::uint64_t seed) : random_(seed) {}

    /// From 0 to `most`.
    std::size_t below_or(std::size_t most) {
        return std::uniform_int_distribution<std::size_t>(0, most)(random_);
    }
    bool one_in(std::size_t n) { return below_or(n - 1) == 0; }

    /// `dimension` floats; not of unit length.
    Facen facen(std::size_t dimension) {
        Facen facen(dimension);
        std::uniform_real_distribution<float> value(-1.0F, 1.0F);
        for (float& x : facen) {
            x = value(random_);
        }
        return facen;
    }

    /// Without a line end inside: fits both containers.
    GeneratedRecord record(std::size_t dimension = 8) {
        GeneratedRecord made;
        made.id = id();
        append_facen(made.facen, facen(dimension),
                     one_in(2) ? SlashStyle::escaped : SlashStyle::plain);
        made.has_model = one_in(2);
        std::vector<std::string> members{member(key("id"), std::to_string(made.id)),
                                         member(key("facen"), "\"" + made.facen + "\"")};
        if (made.has_model) {
            members.push_back(member(key("facen_model"), string()));
        }
        if (!one_in(4)) {
            members.push_back(member(key("meta"), meta()));
        }
        for (std::size_t i = below_or(3); i > 0; --i) {
            members.push_back(member("\"unknown" + std::to_string(i) + "\"", value(3)));
        }
        made.text = object(std::move(members));
        return made;
    }

    /// White space without a line end; often none.
    std::string space() {
        static constexpr std::array<std::string_view, 6> kSpaces{"", "", "", " ", "\t", "  \r "};
        return std::string(kSpaces.at(below_or(kSpaces.size() - 1)));
    }

 private:
    std::uint64_t id() {
        static constexpr std::array<std::uint64_t, 4> kEdges{0, (1ULL << 53U) + 1, 1ULL << 63U,
                                                             ~0ULL};
        return one_in(4) ? kEdges.at(below_or(kEdges.size() - 1)) : random_();
    }

    /// Sometimes the same key in other words.
    std::string key(const std::string& name) {
        if (!one_in(8)) {
            return "\"" + name + "\"";
        }
        static constexpr std::string_view kDigits = "0123456789abcdef";
        const auto byte = static_cast<unsigned char>(name.front());
        return std::string("\"\\u00") + kDigits[byte / 16U] + kDigits[byte % 16U] + name.substr(1) +
               "\"";
    }

    std::string member(const std::string& quoted_key, const std::string& text) {
        return space() + quoted_key + space() + ":" + space() + text + space();
    }

    std::string object(std::vector<std::string> members) {
        std::ranges::shuffle(members, random_);
        std::string text = "{";
        for (std::size_t i = 0; i < members.size(); ++i) {
            text += (i == 0 ? "" : ",") + members[i];
        }
        return text + "}";
    }

    std::string meta() {
        if (one_in(6)) {
            return one_in(2) ? "[]" : "{}";
        }
        std::vector<std::string> members;
        for (std::size_t i = below_or(3); i > 0; --i) {
            members.push_back(member("\"m" + std::to_string(i) + "\"", value(2)));
        }
        if (!one_in(3)) {
            members.push_back(member(key("normalized_id"), one_in(8) ? "null" : string()));
        }
        return object(std::move(members));
    }

    std::string value(std::size_t depth) {
        static constexpr std::array<std::string_view, 12> kScalars{
            "0",     "-0",        "1.0e+02", "18446744073709551616",
            "1e999", "-0.000E-7", "null",    "true",
            "false", "[]",        "{}",      "\"\""};
        switch (below_or(depth == 0 ? 1 : 3)) {
            case 0:
                return std::string(kScalars.at(below_or(kScalars.size() - 1)));
            case 1:
                return string();
            case 2: {
                std::string text = "[" + value(depth - 1);
                for (std::size_t i = below_or(2); i > 0; --i) {
                    text += space() + "," + space() + value(depth - 1);
                }
                return text + space() + "]";
            }
            default:
                // Names that mean something elsewhere mean nothing here.
                return object(
                    {member("\"id\"", value(depth - 1)), member("\"facen\"", value(depth - 1))});
        }
    }

    std::string string() {
        static constexpr std::array<std::string_view, 14> kParts{"abc",
                                                                 "\\u0000",
                                                                 "\\/",
                                                                 "/",
                                                                 "\\\\",
                                                                 "\\\"",
                                                                 "\\ud83d\\ude00",
                                                                 "\\uDEAD",
                                                                 "\xD0\xB6\xE2\x82\xAC",
                                                                 "\xFF",
                                                                 "\xED\xA0\x80",
                                                                 "},{\\\"id",
                                                                 "\xF0\x9F",
                                                                 "[,]:"};
        std::string text = "\"";
        for (std::size_t i = below_or(6); i > 0; --i) {
            text += kParts.at(below_or(kParts.size() - 1));
        }
        return text + "\"";
    }

    std::mt19937_64 random_;
};

}  // namespace ffdump
