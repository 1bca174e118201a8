// SPDX-License-Identifier: Apache-2.0
#include "msgpack_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <limits>
#include <span>

namespace ffdump {
namespace {

using msgpack::type::object_type;

// NOLINTBEGIN(cppcoreguidelines-pro-type-union-access): how msgpack-c hands values out; each of
// these is called after a look at the type.
std::span<const msgpack::object_kv> pairs_of(const msgpack::object& map) {
    return {map.via.map.ptr, map.via.map.size};
}

std::span<const msgpack::object> items_of(const msgpack::object& list) {
    return {list.via.array.ptr, list.via.array.size};
}

std::string bytes_of(const msgpack::object& bin) {
    return {bin.via.bin.ptr, bin.via.bin.size};
}

std::uint64_t number_of(const msgpack::object& number) noexcept {
    return number.via.u64;
}

double double_of(const msgpack::object& number) noexcept {
    return number.via.f64;
}

bool flag_of(const msgpack::object& flag) noexcept {
    return flag.via.boolean;
}

std::optional<std::string_view> text_of(const msgpack::object& object) {
    if (object.type != object_type::STR) {
        return std::nullopt;
    }
    return std::string_view(object.via.str.ptr, object.via.str.size);
}
// NOLINTEND(cppcoreguidelines-pro-type-union-access)

}  // namespace

MsgpackFields::MsgpackFields(const msgpack::object& object) : object_(object) {
    if (object.type != object_type::MAP) {
        problem_ = "it is not a map";
    }
}

void MsgpackFields::complain(std::string_view key, std::string_view what) {
    if (problem_.empty()) {
        problem_ = fmt::format("field {} {}", key, what);
    }
}

const msgpack::object* MsgpackFields::find(std::string_view key, object_type type) {
    const msgpack::object* found = find(key);
    if (found != nullptr && found->type != type) {
        complain(key, "has the wrong type");
        return nullptr;
    }
    return found;
}

bool MsgpackFields::has(std::string_view key) const {
    const auto pairs = pairs_of(object_);
    return std::ranges::any_of(
        pairs, [key](const msgpack::object_kv& pair) { return text_of(pair.key) == key; });
}

const msgpack::object* MsgpackFields::find(std::string_view key) {
    if (!problem_.empty()) {
        return nullptr;
    }
    const msgpack::object* found = nullptr;
    for (const msgpack::object_kv& pair : pairs_of(object_)) {
        if (text_of(pair.key) != key) {
            continue;
        }
        if (found != nullptr) {
            complain(key, "stands there twice");
            return nullptr;
        }
        found = &pair.val;
    }
    if (found == nullptr) {
        complain(key, "is missing");
    }
    return found;
}

MsgpackFields& MsgpackFields::take(std::string_view key, std::uint64_t& out) {
    if (const msgpack::object* value = find(key, object_type::POSITIVE_INTEGER)) {
        out = number_of(*value);
    }
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key, std::uint32_t& out) {
    std::uint64_t wide = 0;
    take(key, wide);
    if (wide > std::numeric_limits<std::uint32_t>::max()) {
        complain(key, "is too large");
    }
    out = static_cast<std::uint32_t>(wide);
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key, bool& out) {
    if (const msgpack::object* value = find(key, object_type::BOOLEAN)) {
        out = flag_of(*value);
    }
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key, double& out) {
    const msgpack::object* value = find(key);
    if (value == nullptr) {
        return *this;
    }
    // msgpack-c writes a double that is a whole number as an integer.
    if (value->type == object_type::POSITIVE_INTEGER) {
        out = static_cast<double>(number_of(*value));
    } else if (value->type != object_type::FLOAT64) {
        complain(key, "has the wrong type");
    } else if (!std::isfinite(double_of(*value))) {
        complain(key, "is not finite");
    } else {
        out = double_of(*value);
    }
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key, std::string& out) {
    if (const msgpack::object* value = find(key, object_type::BIN)) {
        out = bytes_of(*value);
    }
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key, std::map<std::string, std::string>& out) {
    const msgpack::object* value = find(key, object_type::MAP);
    if (value == nullptr) {
        return *this;
    }
    for (const msgpack::object_kv& pair : pairs_of(*value)) {
        const std::optional<std::string_view> name = text_of(pair.key);
        if (!name || pair.val.type != object_type::BIN ||
            !out.emplace(*name, bytes_of(pair.val)).second) {
            complain(key, "is not a map of texts");
        }
    }
    return *this;
}

MsgpackFields& MsgpackFields::take(std::string_view key,
                                   std::map<std::string, std::uint64_t>& out) {
    const msgpack::object* value = find(key, object_type::MAP);
    if (value == nullptr) {
        return *this;
    }
    for (const msgpack::object_kv& pair : pairs_of(*value)) {
        const std::optional<std::string_view> name = text_of(pair.key);
        if (!name || pair.val.type != object_type::POSITIVE_INTEGER ||
            !out.emplace(*name, number_of(pair.val)).second) {
            complain(key, "is not a map of numbers");
        }
    }
    return *this;
}

void MsgpackFields::read_within(std::string_view key, const msgpack::object& object,
                                const std::function<void(MsgpackFields&)>& read) {
    MsgpackFields within(object);
    read(within);
    if (!within.problem().empty()) {
        complain(key, fmt::format("is not right: {}", within.problem()));
    }
}

MsgpackFields& MsgpackFields::take_map(std::string_view key,
                                       const std::function<void(MsgpackFields&)>& read) {
    if (const msgpack::object* value = find(key, object_type::MAP)) {
        read_within(key, *value, read);
    }
    return *this;
}

MsgpackFields& MsgpackFields::take_list(std::string_view key,
                                        const std::function<void(MsgpackFields&)>& read) {
    if (const msgpack::object* value = find(key, object_type::ARRAY)) {
        for (const msgpack::object& object : items_of(*value)) {
            read_within(key, object, read);
        }
    }
    return *this;
}

}  // namespace ffdump
