// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include "ffdump/extraction/extractor.hpp"
#include "ffdump/record/facen.hpp"

#include <array>
#include <string_view>

namespace ffdump {
namespace {

std::array<ExtractionTarget, 3> targets() {
    ExtractionTarget second;
    second.api = ApiVersion::v2;
    second.path = "/v2";
    second.attributes = {"face_emben"};
    second.objects = "objects.face";
    second.vector = "**.face_emben.result";
    ExtractionTarget third = second;
    third.vector = "attributes.face_emben.facen";
    return {ExtractionTarget{}, second, third};
}

}  // namespace

void fuzz_extraction_answer(std::string_view input) {
    static const std::array<ExtractionTarget, 3> kTargets = targets();
    const unsigned choice = take_choice(input);
    const std::size_t images = 1 + (choice / 3 % 3);
    const auto answer = parse_answer(kTargets.at(choice % 3), input, images);
    if (!answer) {
        return;
    }
    must_hold(answer->size() == images, "each image has its own outcome");
    for (const ExtractedFacen& facen : *answer) {
        must_hold(!facen || facen->size() <= kMaxDimension, "a facen's length is bounded");
    }
}

}  // namespace ffdump
