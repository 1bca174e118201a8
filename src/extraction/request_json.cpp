// SPDX-License-Identifier: Apache-2.0
#include "ffdump/extraction/extractor.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

namespace ffdump {

std::string request_json(const ExtractionTarget& target, std::size_t count) {
    using Json = nlohmann::ordered_json;
    Json requests = Json::array();
    for (std::size_t i = 0; i < count; ++i) {
        Json request;
        request["image"] = fmt::format("multipart:image{}", i);
        request["detector"] = target.detector;
        if (target.api == ApiVersion::v1) {
            request["need_facen"] = true;
        } else {
            request["attributes"] = target.attributes;
        }
        requests.push_back(std::move(request));
    }
    const Json document{{"requests", std::move(requests)}};
    // The configuration may hold bytes that are not UTF-8; dump() would throw on them.
    return document.dump(-1, ' ', false, Json::error_handler_t::replace);
}

}  // namespace ffdump
