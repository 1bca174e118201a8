// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/verify/verification.hpp"

#include <nlohmann/json.hpp>

#include <cstdint>
#include <map>
#include <string>
#include <vector>

namespace ffdump {

/// A line a finding, and how many more of its kind there are; nothing when `counts` is empty.
void append_findings(std::string& out, const std::vector<Finding>& findings,
                     const std::map<std::string, std::uint64_t>& counts);

/// How each report ends: what it does not prove, and the verdict.
void append_end(std::string& out, const std::vector<std::string>& not_proven,
                const std::string& verdict);

[[nodiscard]] nlohmann::ordered_json findings_json(const std::vector<Finding>& findings);

}  // namespace ffdump
