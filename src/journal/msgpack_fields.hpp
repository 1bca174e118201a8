// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <msgpack.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// Reads the fields of one msgpack map by name and keeps the first thing that is wrong, so that a
/// reader lists its fields in a row and looks once at the end. Unknown keys are passed over: a
/// newer ffdump may have written them. The object must outlive it.
class MsgpackFields {
 public:
    explicit MsgpackFields(const msgpack::object& object);

    MsgpackFields& take(std::string_view key, std::uint64_t& out);
    MsgpackFields& take(std::string_view key, std::uint32_t& out);
    MsgpackFields& take(std::string_view key, bool& out);
    MsgpackFields& take(std::string_view key, double& out);
    MsgpackFields& take(std::string_view key, std::string& out);
    MsgpackFields& take(std::string_view key, std::map<std::string, std::string>& out);
    MsgpackFields& take(std::string_view key, std::map<std::string, std::uint64_t>& out);
    [[nodiscard]] bool has(std::string_view key) const;
    /// A map within, read by `read`.
    MsgpackFields& take_map(std::string_view key, const std::function<void(MsgpackFields&)>& read);
    /// A list of maps, each read by `read`.
    MsgpackFields& take_list(std::string_view key, const std::function<void(MsgpackFields&)>& read);

    void complain(std::string_view key, std::string_view what);
    /// Empty when all was well.
    [[nodiscard]] const std::string& problem() const noexcept { return problem_; }

 private:
    [[nodiscard]] const msgpack::object* find(std::string_view key);
    [[nodiscard]] const msgpack::object* find(std::string_view key,
                                              msgpack::type::object_type type);
    void read_within(std::string_view key, const msgpack::object& object,
                     const std::function<void(MsgpackFields&)>& read);

    const msgpack::object& object_;
    std::string problem_;
};

}  // namespace ffdump
