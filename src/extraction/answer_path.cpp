// SPDX-License-Identifier: Apache-2.0
#include "answer_path.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

constexpr std::string_view kAnywhere = "**.";

/// Two values that say the same; only text is compared, since a facen is text.
bool is_same(JsonElement a, JsonElement b) {
    std::string_view first;
    std::string_view second;
    return a.get(first) == simdjson::SUCCESS && b.get(second) == simdjson::SUCCESS &&
           first == second;
}

/// Walks everything below a value; the parser has bounded the depth.
class Search {
 public:
    explicit Search(std::string_view path) : path_(path) {}

    Result<void> visit(JsonElement element) {
        if (JsonObject object; element.get(object) == simdjson::SUCCESS) {
            if (auto taken = take(element); !taken) {
                return taken;
            }
            for (const auto field : object) {
                if (auto visited = visit(field.value); !visited) {
                    return visited;
                }
            }
        } else if (JsonArray array; element.get(array) == simdjson::SUCCESS) {
            for (const JsonElement item : array) {
                if (auto visited = visit(item); !visited) {
                    return visited;
                }
            }
        }
        return {};
    }
    [[nodiscard]] const std::optional<JsonElement>& found() const noexcept { return found_; }

 private:
    Result<void> take(JsonElement element) {
        Result<std::optional<JsonElement>> match = value_at(element, path_);
        if (!match) {
            return failed(std::move(match).error());
        }
        if (!*match) {
            return {};
        }
        if (found_ && !is_same(*found_, **match)) {
            return failed(Reason::answer_malformed,
                          fmt::format("the answer has different values at '{}'", printable(path_)));
        }
        found_ = *match;
        return {};
    }

    std::string_view path_;
    std::optional<JsonElement> found_;
};

}  // namespace

Result<std::optional<JsonElement>> value_at(JsonElement start, std::string_view path) {
    JsonElement current = start;
    while (true) {
        const std::size_t dot = path.find('.');
        JsonObject object;
        if (current.get(object) != simdjson::SUCCESS) {
            return std::nullopt;
        }
        Result<std::optional<JsonElement>> next = unique_value(object, path.substr(0, dot));
        if (!next || !*next || dot == std::string_view::npos) {
            return next;
        }
        current = **next;
        path.remove_prefix(dot + 1);
    }
}

Result<std::optional<JsonElement>> value_anywhere(JsonElement start, std::string_view path) {
    if (!path.starts_with(kAnywhere)) {
        return value_at(start, path);
    }
    Search search(path.substr(kAnywhere.size()));
    if (auto visited = search.visit(start); !visited) {
        return failed(std::move(visited).error());
    }
    return search.found();
}

}  // namespace ffdump
