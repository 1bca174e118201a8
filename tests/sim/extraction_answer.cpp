// SPDX-License-Identifier: Apache-2.0
#include "extraction_answer.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>
#include <iterator>
#include <limits>
#include <utility>

namespace ffdump {

namespace {

constexpr float kBadNorm = 1.5F;

std::string error_json(std::string_view code, std::string_view text) {
    const nlohmann::ordered_json error{{"code", code}, {"desc", text}};
    return error.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace);
}

std::string bbox_json(const MadeFace& face) {
    return fmt::format(R"({{"left":{},"top":0,"right":{},"bottom":{}}})", face.columns.left,
                       face.columns.right, face.height);
}

// The vendor's examples have scores that are "mostly negative near 0".
constexpr std::string_view kScore = R"("detection_score":-0.000271)";

std::string face_v1(const MadeFace& face, bool with_facen) {
    const std::string facen =
        with_facen ? fmt::format(R"(,"facen":"{}")", face.facen_base64) : std::string{};
    return fmt::format(R"({{"bbox":{},{}{}}})", bbox_json(face), kScore, facen);
}

std::string face_v2(const MadeFace& face, const std::string& attribute, bool nested) {
    std::string embedding;
    if (!attribute.empty()) {
        embedding = fmt::format(R"("{}":{{"result":"{}"}})", attribute, face.facen_base64);
        embedding = nested ? fmt::format(R"(,"attributes":{{{}}})", embedding) : "," + embedding;
    }
    return fmt::format(R"({{"bbox":{},{}{}}})", bbox_json(face), kScore, embedding);
}

std::string failed_response(const ImageAsk& ask, const SeenImage* seen, Protocol protocol) {
    const std::string error =
        ask.part.empty()
            ? error_json("IMAGE_FETCH_FAILED", "this test double does not fetch images by URL")
            : error_json("IMAGE_DECODING_FAILED", "Failed to decode: " + seen->failure);
    return fmt::format(R"({{{},"error":{}}})",
                       protocol == Protocol::v1 ? R"("faces":[])" : R"("objects":{})", error);
}

}  // namespace

AlteredFaces alter_faces(FaultKind kind, const SeenImage& seen,
                         std::vector<std::vector<float>> anew) {
    AlteredFaces result{seen.failure.empty(), seen.faces};
    if (kind == FaultKind::no_face) {
        result.faces.clear();
        return result;
    }
    result.altered = result.altered && !seen.faces.empty();
    if (!result.altered) {
        return result;
    }
    if (kind == FaultKind::two_faces) {
        result.faces.push_back(result.faces.front());
        return result;
    }
    for (std::size_t i = 0; i < result.faces.size(); ++i) {
        std::vector<float>& facen = anew[i];
        if (kind == FaultKind::nan) {
            facen[facen.size() / 2] = std::numeric_limits<float>::quiet_NaN();
        } else if (kind == FaultKind::zero_vector) {
            facen.assign(facen.size(), 0.0F);
        } else if (kind == FaultKind::wrong_dimension) {
            // One float more, so that the norm stays good and only the dimension can tell.
            facen.push_back(0.0F);
        } else if (kind == FaultKind::bad_norm) {
            for (float& value : facen) {
                value *= kBadNorm;
            }
        }
        std::string text = facen_base64(facen);
        if (kind == FaultKind::not_base64) {
            text[text.size() / 2] = '*';
        }
        result.faces[i].facen_base64 = std::move(text);
    }
    return result;
}

std::string response_json(const AnsweredAsk& answered, const std::vector<MadeFace>& faces,
                          Protocol protocol, const AnswerShape& shape) {
    const ImageAsk& ask = *answered.ask;
    if (!answered.seen || !answered.seen->failure.empty()) {
        return failed_response(ask, answered.seen.get(), protocol);
    }
    std::string list;
    for (const MadeFace& face : faces) {
        list += list.empty() ? "" : ",";
        list += protocol == Protocol::v1 ? face_v1(face, ask.need_facen)
                                         : face_v2(face, ask.attribute, shape.v2_nested_attributes);
    }
    return protocol == Protocol::v1
               ? fmt::format(R"({{"faces":[{}]}})", list)
               : fmt::format(R"({{"objects":{{"{}":[{}]}}}})", ask.object_type, list);
}

std::string answer_json(const std::vector<std::string>& responses, const AnswerShape& shape) {
    std::string body = fmt::format(R"({{"{}":[)", shape.response_key);
    for (std::size_t i = 0; i < responses.size(); ++i) {
        body += i == 0 ? "" : ",";
        body += responses[i];
    }
    return body += "]}";
}

bool apply_list_fault(FaultKind kind, std::vector<std::string>& responses) {
    switch (kind) {
        case FaultKind::missing_response:
            responses.pop_back();
            return true;
        case FaultKind::extra_response:
            responses.push_back(responses.back());
            return true;
        case FaultKind::swap:
            std::swap(responses.front(), responses.back());
            return responses.size() > 1;
        case FaultKind::rotate:
            std::ranges::rotate(responses, std::prev(responses.end()));
            return responses.size() > 1;
        case FaultKind::same:
            responses.assign(responses.size(), std::string(responses.front()));
            return responses.size() > 1;
        default:
            return false;
    }
}

}  // namespace ffdump
