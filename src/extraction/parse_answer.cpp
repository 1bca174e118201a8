// SPDX-License-Identifier: Apache-2.0
#include "answer_path.hpp"
#include "answer_text.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/extraction/extractor.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

/// A fault of the whole answer, or one image's outcome.
using ReadFacen = Result<ExtractedFacen>;

tl::unexpected<Error> malformed(std::string detail) {
    return failed(Reason::answer_malformed, std::move(detail));
}

ReadFacen one_image_failed(Reason reason, std::string detail) {
    return ExtractedFacen(failed(reason, std::move(detail)));
}

ReadFacen read_error(JsonElement error) {
    const std::string words = error_words(error);
    // The only code that is documented (findface.md, 2.2); all others are asked again, alone.
    const bool undecodable = words.starts_with("IMAGE_DECODING_FAILED");
    return one_image_failed(
        undecodable ? Reason::image_undecodable : Reason::extraction_rejected,
        fmt::format("extraction-api says {}", words.empty() ? "no more than \"error\"" : words));
}

/// Why there is no array of objects in an item without error.
ReadFacen read_no_objects(JsonObject item, std::string_view path) {
    // Go leaves out empty lists where its types say so. But an item that holds other things and
    // not even the first key of the path is one of another API version.
    const std::string_view first = path.substr(0, path.find('.'));
    const bool is_empty = item.size() == 0;
    Result<std::optional<JsonElement>> start = unique_value(item, first);
    if (!is_empty && start && !*start) {
        return failed(Error(Reason::answer_malformed,
                            fmt::format("the answer has no '{}' for an image", printable(first)))
                          .hint("check API version, path and objects of ffdump.extraction for "
                                "this gallery"));
    }
    return one_image_failed(Reason::no_face, "extraction-api found no object in the image");
}

ReadFacen read_vector(const ExtractionTarget& target, JsonElement object) {
    Result<std::optional<JsonElement>> value = value_anywhere(object, target.vector);
    if (!value) {
        return failed(std::move(value).error());
    }
    std::string_view text;
    if (!*value || (*value)->get(text) != simdjson::SUCCESS) {
        return ExtractedFacen(
            failed(Error(Reason::facen_invalid,
                         fmt::format("the answer has no facen at '{}'", printable(target.vector)))
                       .hint("check attributes and vector of ffdump.extraction for this gallery")));
    }
    return decode_facen(text);
}

ReadFacen read_objects(const ExtractionTarget& target, JsonArray objects) {
    const std::size_t count = objects.size();
    if (count == 0) {
        return one_image_failed(Reason::no_face, "extraction-api found no object in the image");
    }
    if (count > 1) {
        return one_image_failed(Reason::several_faces,
                                fmt::format("extraction-api found {} objects in the image", count));
    }
    return read_vector(target, *objects.begin());
}

ReadFacen read_item(const ExtractionTarget& target, JsonElement element) {
    JsonObject item;
    if (element.get(item) != simdjson::SUCCESS) {
        return malformed("the answer has something else than an object for an image");
    }
    Result<std::optional<JsonElement>> error = unique_value(item, "error");
    if (!error) {
        return failed(std::move(error).error());
    }
    if (*error && !(*error)->is_null()) {
        return read_error(**error);
    }
    Result<std::optional<JsonElement>> objects = value_at(element, target.objects);
    if (!objects) {
        return failed(std::move(objects).error());
    }
    if (!*objects) {
        return read_no_objects(item, target.objects);
    }
    if ((*objects)->is_null()) {  // how Go writes a list that was never made
        return one_image_failed(Reason::no_face, "extraction-api found no object in the image");
    }
    JsonArray array;
    if ((*objects)->get(array) != simdjson::SUCCESS) {
        return malformed(fmt::format("the answer's '{}' is not a list", printable(target.objects)));
    }
    return read_objects(target, array);
}

/// The prose of the documentation says "response", its examples "responses" (findface.md, 2.2).
Result<JsonArray> responses_of(JsonElement document) {
    JsonObject object;
    if (document.get(object) != simdjson::SUCCESS) {
        return malformed("the answer is not an object");
    }
    Result<std::optional<JsonElement>> plural = unique_value(object, "responses");
    Result<std::optional<JsonElement>> singular = unique_value(object, "response");
    if (!plural || !singular) {
        return failed(plural ? std::move(singular).error() : std::move(plural).error());
    }
    if (*plural && *singular) {
        return malformed("the answer has both 'responses' and 'response'");
    }
    const std::optional<JsonElement>& found = *plural ? *plural : *singular;
    JsonArray responses;
    if (!found || found->get(responses) != simdjson::SUCCESS) {
        return malformed("the answer has no list of responses");
    }
    return responses;
}

}  // namespace

Result<std::vector<ExtractedFacen>> parse_answer(const ExtractionTarget& target,
                                                 std::string_view body, std::size_t count) {
    const Result<JsonElement> document = parse_json(body);
    if (!document) {
        return failed(document.error());
    }
    const Result<JsonArray> responses = responses_of(*document);
    if (!responses) {
        return failed(responses.error());
    }
    std::vector<ExtractedFacen> facens;
    for (const JsonElement item : *responses) {
        if (facens.size() == count) {
            return malformed(fmt::format("the answer has more responses than images ({})", count));
        }
        ReadFacen facen = read_item(target, item);
        if (!facen) {
            return failed(std::move(facen).error());
        }
        facens.push_back(std::move(*facen));
    }
    if (facens.size() != count) {
        return malformed(
            fmt::format("the answer has {} responses for {} images", facens.size(), count));
    }
    return facens;
}

}  // namespace ffdump
