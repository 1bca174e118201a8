// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include "ffdump/images/image_header.hpp"

#include <algorithm>
#include <string_view>

namespace ffdump {

void fuzz_image_header(std::string_view input) {
    constexpr ImageBounds kBounds;
    const Result<ImageHeader> header = check_image(input, kBounds);
    if (!header) {
        must_hold(header.error().reason() == Reason::image_unreadable, "images are judged");
        return;
    }
    const auto [least, most] = std::minmax(header->width, header->height);
    must_hold(least >= kBounds.least_side && most <= kBounds.most_side, "sides are in bounds");
    must_hold(sniff_image(input).value_or(ImageKind::png) == header->kind, "the kind is the same");
}

}  // namespace ffdump
