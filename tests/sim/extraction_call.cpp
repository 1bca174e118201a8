// SPDX-License-Identifier: Apache-2.0
#include "extraction_call.hpp"

#include "multipart_form.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>

namespace ffdump {

namespace {

using nlohmann::json;

constexpr std::string_view kPrenormalized = "prenormalized";
constexpr std::size_t kMaxDepth = 16;

struct Detector {
    std::string_view name;
    std::string_view type;
};
// srv2.6 to 4.0: legacy, nnd, prenormalized; sec4.4: cheetah, face; core 12: the rest, with
// aliases.
constexpr std::array kDetectors{
    Detector{"legacy", "face"},       Detector{"nnd", "face"},
    Detector{"cheetah", "face"},      Detector{"face", "face"},
    Detector{"face_jasmine", "face"}, Detector{"body", "body"},
    Detector{"body_gustav", "body"},  Detector{"edie", "body"},
    Detector{"shiloette", "body"},    Detector{"glen", "body"},
    Detector{"car", "car"},           Detector{kPrenormalized, ""},
};
constexpr std::array<std::string_view, 3> kEmbeddings{"face_emben", "body_emben", "car_emben"};
constexpr std::array<std::string_view, 5> kNotSimulated{
    "need_normalized", "need_gender", "need_age", "need_emotions", "include_timings"};

std::string_view type_of_attribute(std::string_view attribute) {
    return attribute.substr(0, attribute.find('_'));
}

/// Parses JSON and refuses keys that occur twice, which the library would pass over in silence.
Checked<json> parse_json(std::string_view text) {
    std::vector<std::set<std::string>> keys;
    std::string doubled;
    bool deep = false;
    const auto watch = [&](int depth, json::parse_event_t event, json& parsed) {
        deep = deep || depth > static_cast<int>(kMaxDepth);
        if (event == json::parse_event_t::object_start) {
            keys.emplace_back();
        } else if (event == json::parse_event_t::object_end) {
            keys.pop_back();
        } else if (event == json::parse_event_t::key &&
                   !keys.back().insert(parsed.get<std::string>()).second) {
            doubled = parsed.get<std::string>();
        }
        return true;
    };
    json document = json::parse(text.begin(), text.end(), watch, false);
    if (document.is_discarded()) {
        return refused(400, "the JSON is malformed");
    }
    if (deep) {
        return refused(400, "the JSON is nested too deeply");
    }
    if (!doubled.empty()) {
        return refused(400, fmt::format("the key '{}' occurs twice", doubled));
    }
    return document;
}

Checked<void> check_not_simulated(const std::string& key, const json& value) {
    if (!value.is_boolean()) {
        return refused(400, fmt::format("'{}' must be true or false", key));
    }
    if (value.get<bool>()) {
        return refused(400, fmt::format("'{}' is not simulated by this test double", key));
    }
    return {};
}

Checked<void> check_roi(const json& value) {
    constexpr std::array<std::string_view, 4> kSides{"left", "right", "top", "bottom"};
    const bool good = value.is_object() && value.size() == kSides.size() &&
                      std::ranges::all_of(kSides, [&](std::string_view side) {
                          const auto found = value.find(side);
                          return found != value.end() && found->is_number();
                      });
    if (!good) {
        return refused(400, "'roi' must be an object of numbers left, right, top, bottom");
    }
    return {};
}

/// One element of `requests`, key by key.
class AskReader {
 public:
    AskReader(Protocol protocol, const json& object) : protocol_(protocol), object_(object) {}

    Checked<ImageAsk> read() {
        if (!object_.is_object()) {
            return refused(400, "an element of 'requests' must be an object");
        }
        for (const auto& [key, value] : object_.items()) {
            if (auto good = take(key, value); !good) {
                return tl::unexpected(good.error());
            }
        }
        if (image_.empty() || ask_.detector.empty()) {
            return refused(400, image_.empty() ? "'image' is missing" : "'detector' is missing");
        }
        return protocol_ == Protocol::v1 ? ask_ : with_type();
    }

 private:
    Checked<void> take(const std::string& key, const json& value) {
        if (key == "image") {
            return take_image(value);
        }
        if (key == "detector") {
            return take_detector(value);
        }
        if (key == "roi") {
            return check_roi(value);
        }
        if (key == "auto_rotate" || (key == "need_facen" && protocol_ == Protocol::v1)) {
            if (!value.is_boolean()) {
                return refused(400, fmt::format("'{}' must be true or false", key));
            }
            ask_.need_facen = key == "need_facen" ? value.get<bool>() : ask_.need_facen;
            return {};
        }
        if (key == "attributes" && protocol_ == Protocol::v2) {
            return take_attributes(value);
        }
        const bool known = std::ranges::count(kNotSimulated, key) == 1 && key != "include_timings";
        if (known && (protocol_ == Protocol::v1 || key == "need_normalized")) {
            return check_not_simulated(key, value);
        }
        return refused(400, fmt::format("unknown key '{}' in an element of 'requests'", key));
    }

    Checked<void> take_image(const json& value) {
        image_ = value.is_string() ? value.get<std::string>() : "";
        constexpr std::string_view kPart = "multipart:";
        if (image_.starts_with(kPart) && image_.size() > kPart.size()) {
            ask_.part = image_.substr(kPart.size());
            return {};
        }
        if (image_.starts_with("http://") || image_.starts_with("https://")) {
            return {};
        }
        return refused(400, "'image' must be multipart:NAME or an http(s) URL");
    }

    Checked<void> take_detector(const json& value) {
        ask_.detector = value.is_string() ? value.get<std::string>() : "";
        const auto* known = std::ranges::find(kDetectors, ask_.detector, &Detector::name);
        if (known == kDetectors.end()) {
            return refused(400, fmt::format("unknown detector '{}'", ask_.detector));
        }
        ask_.object_type = known->type;
        return {};
    }

    Checked<void> take_attributes(const json& value) {
        if (!value.is_array()) {
            return refused(400, "'attributes' must be an array of names");
        }
        for (const json& element : value) {
            const std::string name = element.is_string() ? element.get<std::string>() : "";
            if (std::ranges::count(kEmbeddings, name) == 0) {
                return refused(400, fmt::format("unknown attribute '{}'", name));
            }
            if (!ask_.attribute.empty()) {
                return refused(400, "this test double answers one embedding an image");
            }
            ask_.attribute = name;
            ask_.need_facen = true;
        }
        return {};
    }

    /// How v2 tells the object type of a prenormalized image is not documented: the attribute's
    /// prefix is taken here.
    Checked<ImageAsk> with_type() {
        const std::string_view wanted = type_of_attribute(ask_.attribute);
        if (ask_.object_type.empty()) {
            if (wanted.empty()) {
                return refused(400, "v2 with 'prenormalized' needs an attribute to tell the type");
            }
            ask_.object_type = wanted;
        }
        if (!wanted.empty() && wanted != ask_.object_type) {
            return refused(400, fmt::format("detector '{}' has no attribute '{}'", ask_.detector,
                                            ask_.attribute));
        }
        return ask_;
    }

    Protocol protocol_;
    const json& object_;
    ImageAsk ask_;
    std::string image_;
};

Checked<void> check_top_level(Protocol protocol, const json& document) {
    if (!document.is_object()) {
        return refused(400, "the request must be a JSON object");
    }
    for (const auto& [key, value] : document.items()) {
        if (key == "include_timings") {
            if (auto good = check_not_simulated(key, value); !good) {
                return good;
            }
        } else if (key == "response_format" && protocol == Protocol::v2) {
            if (value != "json") {
                return refused(400, "'response_format' other than json is not simulated");
            }
        } else if (key != "requests") {
            return refused(400, fmt::format("unknown key '{}'", key));
        }
    }
    const auto requests = document.find("requests");
    if (requests == document.end() || !requests->is_array() || requests->empty()) {
        return refused(400, "'requests' must be an array with at least one element");
    }
    return {};
}

Checked<ExtractionCall> parse_document(Protocol protocol, std::string_view text) {
    const auto document = parse_json(text);
    if (!document) {
        return tl::unexpected(document.error());
    }
    if (auto good = check_top_level(protocol, *document); !good) {
        return tl::unexpected(good.error());
    }
    ExtractionCall call;
    call.protocol = protocol;
    for (const json& element : document->at("requests")) {
        auto ask = AskReader(protocol, element).read();
        if (!ask) {
            return tl::unexpected(ask.error());
        }
        call.asks.push_back(std::move(*ask));
    }
    return call;
}

Checked<void> join_images(ExtractionCall& call, const std::vector<FormPart>& parts) {
    std::map<std::string_view, bool> used;
    for (ImageAsk& ask : call.asks) {
        if (ask.part.empty()) {
            continue;
        }
        const auto part = std::ranges::find(parts, ask.part, &FormPart::name);
        if (part == parts.end()) {
            return refused(400, fmt::format("there is no part '{}' for an image", ask.part));
        }
        ask.bytes = part->bytes;
        used[part->name] = true;
    }
    for (const FormPart& part : parts) {
        if (!used.contains(part.name)) {
            return refused(400, fmt::format("the part '{}' is not used", part.name));
        }
        if (!part.file_name) {
            return refused(400, fmt::format("the image part '{}' is not a file", part.name));
        }
    }
    return {};
}

Checked<ExtractionCall> parse_form(const WireRequest& request, std::string_view content_type) {
    auto parts = parse_multipart(content_type, request.body);
    if (!parts) {
        return tl::unexpected(parts.error());
    }
    const auto field = std::ranges::find(*parts, "request", &FormPart::name);
    if (field == parts->end() || field->file_name) {
        return refused(400, field == parts->end() ? "there is no part 'request'"
                                                  : "the part 'request' must be a plain field");
    }
    if (!field->content_type.empty() && field->content_type != "application/json" &&
        field->content_type != "text/plain") {
        return refused(400, "the part 'request' must be application/json");
    }
    auto call = parse_document(protocol_of(request.path), field->bytes);
    parts->erase(field);
    if (call) {
        if (auto joined = join_images(*call, *parts); !joined) {
            return tl::unexpected(joined.error());
        }
    }
    return call;
}

}  // namespace

Protocol protocol_of(std::string_view path) {
    const bool v2 = path.ends_with("/v2") || path.find("/v2/") != std::string_view::npos;
    return v2 ? Protocol::v2 : Protocol::v1;
}

Checked<ExtractionCall> parse_call(const WireRequest& request) {
    const std::string content_type(request.header("content-type").value_or(""));
    if (media_type(content_type) == "multipart/form-data") {
        return parse_form(request, content_type);
    }
    if (media_type(content_type) != "application/json") {
        return refused(415, "Content-Type must be application/json or multipart/form-data");
    }
    auto call = parse_document(protocol_of(request.path), request.body);
    if (call) {
        for (const ImageAsk& ask : call->asks) {
            if (!ask.part.empty()) {
                return refused(400, "an image part is named, but the body is plain JSON");
            }
        }
    }
    return call;
}

}  // namespace ffdump
