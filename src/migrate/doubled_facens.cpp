// SPDX-License-Identifier: Apache-2.0
#include "doubled_facens.hpp"

#include <cstddef>

namespace ffdump {

void doubt_doubles(std::span<const SharedBytes> images, std::vector<ExtractedFacen>& facens) {
    std::vector<bool> is_double(facens.size());
    for (std::size_t i = 0; i < facens.size(); ++i) {
        for (std::size_t j = 0; j < i; ++j) {
            // Whose bytes are shared are the same image, and need no look at either.
            if (images[i] != images[j] && facens[i] && facens[j] && *facens[i] == *facens[j] &&
                *images[i] != *images[j]) {
                is_double[i] = is_double[j] = true;
            }
        }
    }
    for (std::size_t i = 0; i < facens.size(); ++i) {
        if (is_double[i]) {
            facens[i] = failed(Reason::facen_invalid,
                               "another image of the same request got the same facen");
        }
    }
}

void doubt_doubles(const std::vector<ReadyImage>& images, std::vector<ExtractedFacen>& facens) {
    std::vector<SharedBytes> bytes;
    bytes.reserve(images.size());
    for (const ReadyImage& image : images) {
        bytes.push_back(image.bytes);
    }
    doubt_doubles(bytes, facens);
}

}  // namespace ffdump
