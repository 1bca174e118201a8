// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"

#include "ffdump/extraction/extractor.hpp"

#include <span>
#include <vector>

namespace ffdump {

/// Different images have different facens, to the last bit: where two of one answer are the same,
/// neither is believed before it was asked for alone. The same image twice is none of it.
void doubt_doubles(std::span<const SharedBytes> images, std::vector<ExtractedFacen>& facens);
void doubt_doubles(const std::vector<ReadyImage>& images, std::vector<ExtractedFacen>& facens);

}  // namespace ffdump
