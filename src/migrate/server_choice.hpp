// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch_queue.hpp"
#include "model_guard.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <cstddef>

namespace ffdump {

/// The server that `batch` is to be sent to now. A request for canaries whose server is left out
/// becomes one for what others are to be asked in its place.
[[nodiscard]] std::size_t choose_server(ImageBatch& batch, Extractor& extractor,
                                        const ModelGuard& guard);

}  // namespace ffdump
