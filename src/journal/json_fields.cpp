// SPDX-License-Identifier: Apache-2.0
#include "json_fields.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

using Json = nlohmann::json;

const char* number_problem(const Json& value) {
    if (!value.is_number_unsigned()) {
        return "is not a whole number";
    }
    return value.get<std::uint64_t>() > kMostJsonNumber ? "is over 2^53" : nullptr;
}

}  // namespace

JsonFields::JsonFields(const Json& object, std::string place)
    : object_(object), place_(std::move(place)) {
    if (!object.is_object()) {
        problem_ = fmt::format("{} is not an object", place_.empty() ? "the document" : place_);
    }
}

void JsonFields::complain(std::string_view key, std::string_view what) {
    if (problem_.empty()) {
        problem_ =
            fmt::format("{}{}{} {}", place_, place_.empty() ? "" : ".", printable(key), what);
    }
}

const Json* JsonFields::take_any(const std::string& key) {
    if (!problem_.empty()) {
        return nullptr;
    }
    taken_.insert(key);
    const auto found = object_.find(key);
    if (found == object_.end()) {
        complain(key, "is missing");
        return nullptr;
    }
    return &*found;
}

bool JsonFields::has(const std::string& key) const {
    return problem_.empty() && object_.contains(key);
}

JsonFields& JsonFields::take(const std::string& key, std::uint64_t& out) {
    if (const Json* value = take_any(key)) {
        if (const char* problem = number_problem(*value)) {
            complain(key, problem);
        } else {
            out = value->get<std::uint64_t>();
        }
    }
    return *this;
}

JsonFields& JsonFields::take(const std::string& key, double& out) {
    if (const Json* value = take_any(key)) {
        if (value->is_number()) {
            out = value->get<double>();
        } else {
            complain(key, "is not a number");
        }
    }
    return *this;
}

JsonFields& JsonFields::take(const std::string& key, std::string& out) {
    if (const Json* value = take_any(key)) {
        if (value->is_string()) {
            out = value->get_ref<const std::string&>();
        } else {
            complain(key, "is not a text");
        }
    }
    return *this;
}

JsonFields& JsonFields::take(const std::string& key, std::vector<std::string>& out) {
    const Json* value = take_any(key);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_array()) {
        complain(key, "is not a list");
        return *this;
    }
    for (const Json& item : *value) {
        if (!item.is_string()) {
            complain(key, "is not a list of texts");
            return *this;
        }
        out.push_back(item.get<std::string>());
    }
    return *this;
}

JsonFields& JsonFields::take(const std::string& key, std::map<std::string, std::string>& out) {
    return take_object(key, [&out](JsonFields& fields) {
        for (const auto& [name, value] : fields.object_.items()) {
            fields.take(name, out[name]);
        }
    });
}

JsonFields& JsonFields::take(const std::string& key, std::map<std::string, std::uint64_t>& out) {
    return take_object(key, [&out](JsonFields& fields) {
        for (const auto& [name, value] : fields.object_.items()) {
            fields.take(name, out[name]);
        }
    });
}

void JsonFields::read_within(const std::string& key, const std::string& suffix, const Json& object,
                             const std::function<void(JsonFields&)>& read) {
    JsonFields fields(object, (place_.empty() ? key : place_ + "." + key) + suffix);
    if (fields.is_well()) {
        read(fields);
    }
    if (problem_.empty()) {
        problem_ = fields.finish();
    }
}

JsonFields& JsonFields::take_object(const std::string& key,
                                    const std::function<void(JsonFields&)>& read) {
    if (const Json* value = take_any(key)) {
        read_within(key, "", *value, read);
    }
    return *this;
}

JsonFields& JsonFields::take_list(const std::string& key,
                                  const std::function<void(JsonFields&)>& read) {
    const Json* value = take_any(key);
    if (value == nullptr) {
        return *this;
    }
    if (!value->is_array()) {
        complain(key, "is not a list");
        return *this;
    }
    for (std::size_t i = 0; i < value->size(); ++i) {
        read_within(key, fmt::format("[{}]", i), (*value)[i], read);
    }
    return *this;
}

const std::string& JsonFields::finish() {
    if (problem_.empty()) {
        for (const auto& [name, value] : object_.items()) {
            if (!taken_.contains(name)) {
                complain(name, "is not a field that this ffdump knows");
            }
        }
    }
    return problem_;
}

bool is_hex(std::string_view text, std::size_t size) noexcept {
    return text.size() == size &&
           text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
}

bool is_utc(std::string_view text) {
    constexpr std::string_view kShape = "0000-00-00T00:00:00";
    if (text.size() <= kShape.size() || !text.ends_with('Z')) {
        return false;
    }
    const auto is_digit = [](char c) { return c >= '0' && c <= '9'; };
    for (std::size_t i = 0; i < kShape.size(); ++i) {
        if (kShape[i] == '0' ? !is_digit(text[i]) : text[i] != kShape[i]) {
            return false;
        }
    }
    const std::string_view fraction = text.substr(kShape.size(), text.size() - kShape.size() - 1);
    return fraction.empty() || (fraction.size() > 1 && fraction.front() == '.' &&
                                std::ranges::all_of(fraction.substr(1), is_digit));
}

}  // namespace ffdump
