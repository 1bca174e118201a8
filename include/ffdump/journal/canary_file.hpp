// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// An image of the run with the facen that the run's model gave for it.
struct StoredCanary {
    std::uint64_t lane = 0;  ///< extraction target, by its place in the plan
    std::uint64_t id = 0;    ///< of the record
    std::string image;       ///< bytes
    std::string facen;       ///< little-endian float32
};

/// Replaces the file as a whole; it is durable then. It holds biometric data and is removed when
/// the run is complete.
[[nodiscard]] Result<void> save_canaries(FileSystem& files, const std::string& path,
                                         const std::string& run_id,
                                         const std::vector<StoredCanary>& canaries);

/// None when there is no such file, or it is of another run. Fails with `journal_damaged` when it
/// is not what was saved: without canaries nobody could tell whether the model is still the same.
[[nodiscard]] Result<std::vector<StoredCanary>> load_canaries(FileSystem& files,
                                                              const std::string& path,
                                                              const std::string& run_id);

}  // namespace ffdump
