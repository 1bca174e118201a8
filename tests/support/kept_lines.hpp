// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Keeps the lines of a log.
class KeptLines final : public LineSink {
 public:
    void line(std::string_view text) override { lines.emplace_back(text); }
    std::vector<std::string> lines;
};

}  // namespace ffdump
