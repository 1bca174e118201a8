// SPDX-License-Identifier: Apache-2.0
#include "answer_text.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

constexpr std::size_t kMaxCode = 64;
constexpr std::size_t kMaxDescription = 200;

std::string text_at(JsonObject object, std::string_view key, std::size_t limit) {
    const Result<std::optional<JsonElement>> value = unique_value(object, key);
    std::string_view text;
    if (!value || !*value || (*value)->get(text) != simdjson::SUCCESS) {
        return {};
    }
    return quoted_words(text, limit);
}

std::string join_words(const std::string& code, const std::string& description) {
    return code.empty() || description.empty() ? code + description
                                               : fmt::format("{}: {}", code, description);
}

}  // namespace

Result<std::optional<JsonElement>> unique_value(JsonObject object, std::string_view key) {
    std::optional<JsonElement> found;
    for (const auto field : object) {
        if (field.key != key) {
            continue;
        }
        if (found) {
            return failed(
                Reason::answer_malformed,
                fmt::format("the answer has the key '{}' twice in one object", printable(key)));
        }
        found = field.value;
    }
    return found;
}

Result<JsonElement> parse_json(std::string_view body) {
    // Kept between answers, since a parser allocates more than a usual answer holds.
    static thread_local simdjson::dom::parser parser;
    constexpr std::size_t kKeptCapacity = 4U << 20U;
    if (parser.capacity() > kKeptCapacity) {
        parser = simdjson::dom::parser();  // one huge answer must not be paid for ever after
    }
    const std::size_t capacity = std::max(body.size(), parser.capacity());
    simdjson::error_code code = parser.allocate(capacity, kMaxAnswerDepth);
    JsonElement document;
    if (code == simdjson::SUCCESS) {
        code = parser.parse(body.data(), body.size(), true).get(document);
    }
    if (code != simdjson::SUCCESS) {
        return failed(Reason::answer_malformed,
                      fmt::format("the answer is not JSON that can be read ({})",
                                  simdjson::error_message(code)));
    }
    return document;
}

std::string quoted_words(std::string_view text, std::size_t limit) {
    if (text.size() <= limit) {
        return printable(text);
    }
    while (limit > 0 && (static_cast<unsigned char>(text[limit]) & 0xC0U) == 0x80U) {
        --limit;  // not within a character
    }
    return printable(text.substr(0, limit)) + "...";
}

std::string error_words(JsonElement error) {
    std::string_view text;
    if (error.get(text) == simdjson::SUCCESS) {
        return quoted_words(text, kMaxDescription);
    }
    JsonObject object;
    if (error.get(object) != simdjson::SUCCESS) {
        return {};
    }
    return join_words(text_at(object, "code", kMaxCode), text_at(object, "desc", kMaxDescription));
}

std::string error_words_of_body(std::string_view body) {
    const Result<JsonElement> document = parse_json(body);
    JsonObject object;
    if (!document || document->get(object) != simdjson::SUCCESS) {
        return {};
    }
    const Result<std::optional<JsonElement>> error = unique_value(object, "error");
    if (error && *error) {
        return error_words(**error);
    }
    return error_words(*document);
}

}  // namespace ffdump
