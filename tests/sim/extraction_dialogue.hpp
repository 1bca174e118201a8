// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/made_png.hpp"
#include "support/raw_client.hpp"

#include <nlohmann/json.hpp>

#include <cmath>
#include <cstring>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A good v1 request for these images: parts image0, image1 ..., the JSON part first.
[[nodiscard]] inline std::string v1_request(const std::vector<std::string>& images) {
    nlohmann::json requests = nlohmann::json::array();
    std::vector<RawPart> parts;
    for (std::size_t i = 0; i < images.size(); ++i) {
        const std::string name = "image" + std::to_string(i);
        requests.push_back(
            {{"image", "multipart:" + name}, {"detector", "prenormalized"}, {"need_facen", true}});
        parts.push_back({name, name + ".png", images[i]});
    }
    parts.insert(parts.begin(), {"request", "", nlohmann::json{{"requests", requests}}.dump()});
    return raw_post_multipart("/", parts);
}

/// Decodes base64 as the tests' own judge; empty when it is not such.
[[nodiscard]] inline std::vector<float> floats_of(std::string_view base64) {
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::string bytes;
    unsigned bits = 0;
    unsigned count = 0;
    while (base64.ends_with('=')) {
        base64.remove_suffix(1);
    }
    for (const char c : base64) {
        const std::size_t value = kAlphabet.find(c);
        if (value == std::string_view::npos) {
            return {};
        }
        bits = (bits << 6U) | static_cast<unsigned>(value);
        count += 6;
        if (count >= 8) {
            count -= 8;
            bytes += static_cast<char>((bits >> count) & 0xFFU);
        }
    }
    std::vector<float> floats(bytes.size() / sizeof(float));
    std::memcpy(floats.data(), bytes.data(), floats.size() * sizeof(float));
    return floats;
}

[[nodiscard]] inline double cosine(const std::vector<float>& a, const std::vector<float>& b) {
    double dot = 0;
    double aa = 0;
    double bb = 0;
    for (std::size_t i = 0; i < a.size(); ++i) {
        dot += double(a[i]) * double(b[i]);
        aa += double(a[i]) * double(a[i]);
        bb += double(b[i]) * double(b[i]);
    }
    return dot / std::sqrt(aa * bb);
}

[[nodiscard]] inline double length(const std::vector<float>& a) {
    double sum = 0;
    for (const float value : a) {
        sum += double(value) * double(value);
    }
    return std::sqrt(sum);
}

}  // namespace ffdump
