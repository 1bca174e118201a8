// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_plan.hpp"
#include "request_log.hpp"
#include "wire_answer.hpp"
#include "wire_request.hpp"

#include <atomic>
#include <cstdint>
#include <string>

namespace ffdump {

/// Stands in for findface-upload: GET and HEAD of /uploads/PATH from a folder. 403 on folders
/// (a healthy findface-upload lists nothing), 404 for what is missing or not a regular file, 400
/// for `..`, 405 for other methods. Symbolic links are not followed, so nothing outside the folder
/// is ever served. Thread-safe.
class ImageFolder {
 public:
    /// An empty `folder` serves nothing: 404. `faults` must outlive it.
    ImageFolder(std::string folder, const FaultPlan& faults)
        : folder_(std::move(folder)), faults_(faults) {}

    [[nodiscard]] static bool owns(const std::string& path);
    [[nodiscard]] WireAnswer answer(const WireRequest& request, RequestFacts& facts);

 private:
    [[nodiscard]] WireAnswer file(const WireRequest& request, RequestFacts& facts) const;

    std::string folder_;
    const FaultPlan& faults_;
    std::atomic<std::uint64_t> requests_{0};
};

}  // namespace ffdump
