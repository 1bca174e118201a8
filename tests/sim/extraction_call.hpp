// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "refusal.hpp"
#include "wire_request.hpp"

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

enum class Protocol : std::uint8_t { v1, v2 };

/// One image of a call and what is asked of it.
struct ImageAsk {
    std::string part;        ///< name of its part; empty = an http(s) URL, which is not fetched
    std::string_view bytes;  ///< in the request's body
    std::string detector;
    std::string object_type;  ///< v2: face, body, car
    std::string attribute;    ///< v2: the embedding asked for, such as face_emben; may be empty
    bool need_facen = false;  ///< v1: need_facen; v2: an embedding is among the attributes
};

/// An extraction request that obeys the documented protocol to the letter.
struct ExtractionCall {
    Protocol protocol = Protocol::v1;
    std::vector<ImageAsk> asks;
};

/// v2 when a segment of the path is `v2`, v1 otherwise (vendor: core 11, extraction_api).
[[nodiscard]] Protocol protocol_of(std::string_view path);

/// Strict where the real service may be lenient, so that ffdump sends nothing but what is
/// documented. Refuses with 415 (neither application/json nor multipart/form-data) and 400: JSON
/// that is malformed, has a key twice or an unknown one, a value of another type, no `requests`,
/// unknown detectors and attributes; multipart without exactly one plain field `request`; an image
/// part that is not a file (every documented example sends a file name), is missing or unused; and
/// whatever is documented but not simulated (timings, msgpack, normalized, gender, ...). Views in
/// the result live as long as the request's body. Sources: findface.md, 2.1.
[[nodiscard]] Checked<ExtractionCall> parse_call(const WireRequest& request);

}  // namespace ffdump
