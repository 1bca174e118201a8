// SPDX-License-Identifier: Apache-2.0
#include "strict_json.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <cstdint>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

using Json = nlohmann::json;

/// Builds the document from the parser's events, as nlohmann's own builder does, and stops at what
/// that one lets through.
class DocumentBuilder final : public nlohmann::json_sax<Json> {
 public:
    explicit DocumentBuilder(std::size_t most_depth) : most_depth_(most_depth) {}

    bool null() override { return put(nullptr); }
    bool boolean(bool value) override { return put(value); }
    bool number_integer(number_integer_t value) override { return put(value); }
    bool number_unsigned(number_unsigned_t value) override { return put(value); }
    bool number_float(number_float_t value, const string_t&) override { return put(value); }
    bool string(string_t& value) override { return put(std::move(value)); }
    bool binary(binary_t&) override { return stop("holds binary data"); }
    bool start_object(std::size_t) override { return open(Json::object()); }
    bool start_array(std::size_t) override { return open(Json::array()); }
    bool end_object() override { return close(); }
    bool end_array() override { return close(); }

    bool key(string_t& name) override {
        if (open_.back()->contains(name)) {
            return stop(fmt::format("names the key {} twice", printable(name)));
        }
        key_ = std::move(name);
        return true;
    }

    bool parse_error(std::size_t position, const std::string&,
                     const nlohmann::detail::exception&) override {
        // Their message quotes what stands there; that may be a meta value.
        mistake_ = {"is not JSON", position == 0 ? 0 : position - 1};
        return false;
    }

    [[nodiscard]] Json& document() noexcept { return document_; }
    [[nodiscard]] JsonMistake& mistake() noexcept { return mistake_; }

 private:
    bool stop(std::string text) {
        mistake_ = {std::move(text), 0};
        return false;
    }

    Json* place(Json value) {
        if (open_.empty()) {
            document_ = std::move(value);
            return &document_;
        }
        Json& parent = *open_.back();
        if (parent.is_array()) {
            parent.push_back(std::move(value));
            return &parent.back();
        }
        return &(parent[key_] = std::move(value));
    }

    bool put(Json value) {
        place(std::move(value));
        return true;
    }

    bool open(Json value) {
        if (open_.size() == most_depth_) {
            return stop(fmt::format("is nested deeper than {} levels", most_depth_));
        }
        open_.push_back(place(std::move(value)));
        return true;
    }

    bool close() {
        open_.pop_back();
        return true;
    }

    std::size_t most_depth_;
    Json document_;
    // A parent is not changed while a child is open, so the pointers stay good.
    std::vector<Json*> open_;
    std::string key_;
    JsonMistake mistake_;
};

}  // namespace

tl::expected<Json, JsonMistake> parse_strict_json(std::string_view text, std::size_t most_depth) {
    if (text.starts_with("\xEF\xBB\xBF")) {
        return tl::unexpected(JsonMistake{"begins with a byte order mark", 0});
    }
    DocumentBuilder builder(most_depth);
    if (!Json::sax_parse(text, &builder)) {
        return tl::unexpected(std::move(builder.mistake()));
    }
    return std::move(builder.document());
}

std::string json_line(const nlohmann::ordered_json& value) {
    const std::string plain = value.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
    // NEL, LINE and PARAGRAPH SEPARATOR are legal in JSON, but many a tool ends a line at them.
    std::string line;
    line.reserve(plain.size());
    for (std::size_t i = 0; i < plain.size(); ++i) {
        const std::string_view rest = std::string_view(plain).substr(i);
        if (rest.starts_with("\xE2\x80\xA8") || rest.starts_with("\xE2\x80\xA9")) {
            line += rest[2] == '\xA8' ? "\\u2028" : "\\u2029";
            i += 2;
        } else if (rest.starts_with("\xC2\x85")) {
            line += "\\u0085";
            i += 1;
        } else {
            line += plain[i];
        }
    }
    return line;
}

std::string json_text(const std::string& text) {
    return is_utf8(text) ? text : printable(text);
}

}  // namespace ffdump
