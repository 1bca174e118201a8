// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_call.hpp"
#include "face_cache.hpp"
#include "fault_plan.hpp"

#include <memory>
#include <string>
#include <vector>

namespace ffdump {

/// How the JSON of an answer looks where the sources leave a choice (findface.md, 2.2).
struct AnswerShape {
    std::string response_key = "responses";
    bool v2_nested_attributes = false;
};

/// One image of a call as it was seen; `failure` stands in for `seen` when it was not looked at.
struct AnsweredAsk {
    const ImageAsk* ask = nullptr;
    std::shared_ptr<const SeenImage> seen;
};

/// What a fault on single facens puts in place of the good ones of an image.
struct AlteredFaces {
    bool altered = false;
    std::vector<MadeFace> faces;
};

/// The faces of one image under a fault of the kinds in is_facen_fault; `anew` are its good
/// facens as floats.
[[nodiscard]] AlteredFaces alter_faces(FaultKind kind, const SeenImage& seen,
                                       std::vector<std::vector<float>> anew);

/// The element of `responses` for one image, with `faces` as its faces.
[[nodiscard]] std::string response_json(const AnsweredAsk& answered,
                                        const std::vector<MadeFace>& faces, Protocol protocol,
                                        const AnswerShape& shape);

/// Joins the elements to the whole body.
[[nodiscard]] std::string answer_json(const std::vector<std::string>& responses,
                                      const AnswerShape& shape);

/// Applies the faults on the list of answers (missing, extra, swap, rotate, same); false when the
/// rule is of another kind or the list is too short for it to show.
[[nodiscard]] bool apply_list_fault(FaultKind kind, std::vector<std::string>& responses);

}  // namespace ffdump
