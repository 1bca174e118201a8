// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <nlohmann/json.hpp>

#include <cstdint>
#include <functional>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The largest number that every JSON reader keeps exactly.
inline constexpr std::uint64_t kMostJsonNumber = 1ULL << 53U;

/// Reads the fields of one JSON object by name and keeps the first thing that is wrong, with the
/// place in the document. finish() refuses what was not asked for. The object must outlive it.
class JsonFields {
 public:
    /// `place` as in "files[2].target"; empty for the document itself.
    JsonFields(const nlohmann::json& object, std::string place);

    JsonFields& take(const std::string& key, std::uint64_t& out);
    JsonFields& take(const std::string& key, double& out);
    JsonFields& take(const std::string& key, std::string& out);
    JsonFields& take(const std::string& key, std::vector<std::string>& out);
    JsonFields& take(const std::string& key, std::map<std::string, std::string>& out);
    JsonFields& take(const std::string& key, std::map<std::string, std::uint64_t>& out);
    JsonFields& take_object(const std::string& key, const std::function<void(JsonFields&)>& read);
    JsonFields& take_list(const std::string& key, const std::function<void(JsonFields&)>& read);
    /// The value as it is; null when it is missing.
    [[nodiscard]] const nlohmann::json* take_any(const std::string& key);
    [[nodiscard]] bool has(const std::string& key) const;

    /// "settings.a" is what `what` is said of.
    void complain(std::string_view key, std::string_view what);
    /// Refuses unknown fields; empty when all was well.
    [[nodiscard]] const std::string& finish();
    [[nodiscard]] bool is_well() const noexcept { return problem_.empty(); }

 private:
    void read_within(const std::string& key, const std::string& suffix,
                     const nlohmann::json& object, const std::function<void(JsonFields&)>& read);

    const nlohmann::json& object_;
    std::string place_;
    std::set<std::string> taken_;
    std::string problem_;
};

/// `size` lower-case hex digits.
[[nodiscard]] bool is_hex(std::string_view text, std::size_t size) noexcept;
/// "2026-11-24T08:13:43Z", with or without a fraction of a second.
[[nodiscard]] bool is_utc(std::string_view text);

}  // namespace ffdump
