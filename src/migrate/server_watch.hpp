// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/log.hpp"
#include "ffdump/extraction/extractor.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// Watches the servers behind extraction-api, where there are several, and tells the operator once
/// when one is left out and once when it answers again. Lives on the pipeline's thread; everything
/// given must outlive it.
class ServerWatch {
 public:
    ServerWatch(const Extractor& extractor, Log& log);

    /// True when one has come back since the last call, perhaps with another model.
    [[nodiscard]] bool turn();
    /// Whether none says anything but a refusal (401, 403, 404): one that refuses while another may
    /// yet work is left out like one that is down.
    [[nodiscard]] bool each_refuses() const;
    /// As extraction-api tells them.
    [[nodiscard]] const std::vector<std::string>& names() const noexcept { return names_; }

 private:
    const Extractor& extractor_;
    Log& log_;
    std::vector<std::string> names_;
    std::vector<bool> served_;
    std::uint64_t returns_ = 0;
};

}  // namespace ffdump
