// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/facen.hpp"

#include <string>

namespace ffdump {

/// Base64 of `facen`.
inline std::string facen_text(const Facen& facen) {
    std::string text;
    append_facen(text, facen, SlashStyle::plain);
    return text;
}

/// A v1 response with one face.
inline std::string face_item(const Facen& facen) {
    return R"({"faces":[{"bbox":{"left":1},"facen":")" + facen_text(facen) + R"("}]})";
}

/// A whole answer around `items`, which are joined by commas already.
inline std::string answer_of(const std::string& items) {
    return R"({"responses":[)" + items + "]}";
}

}  // namespace ffdump
