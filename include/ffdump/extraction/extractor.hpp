// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/net/http.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// One image's outcome within a batch that was answered. Errors: `image_undecodable`
/// (IMAGE_DECODING_FAILED), `extraction_rejected` (any other per-image error), `no_face`,
/// `several_faces`, `facen_invalid` (not base64, no multiple of four bytes, over kMaxDimension).
/// Dimension and norm are checked by the caller, who knows the gallery's.
using ExtractedFacen = Result<Facen>;

/// Fails as a whole with the transport's errors; `answer_malformed` (no JSON, no responses, other
/// count than images); `extraction_rejected` (400, 413, 415, 422: split the batch and ask again);
/// `service_refuses` (401, 403, 404, 405: path or credentials); `service_overloaded` (429, 5xx).
using BatchDone = std::function<void(Result<std::vector<ExtractedFacen>>)>;

/// findface-extraction-api. One call is one HTTP request. `extract` may be called from any thread
/// and never blocks; `done` is called exactly once on a thread of the extractor's and must not
/// throw. No retries here: the caller decides, knowing the whole run.
class Extractor {
 public:
    virtual ~Extractor() = default;
    virtual void extract(const ExtractionTarget& target, std::vector<SharedBytes> images,
                         BatchDone done) = 0;
    [[nodiscard]] virtual std::string describe() const = 0;

    /// The servers behind it, described; at least one. The same for its whole life.
    [[nodiscard]] virtual std::vector<std::string> servers() const { return {describe()}; }
    /// Like extract, by this server of servers() and no other.
    virtual void extract_by(std::size_t /*server*/, const ExtractionTarget& target,
                            std::vector<SharedBytes> images, BatchDone done) {
        extract(target, std::move(images), std::move(done));
    }
    /// False while requests do not go to it, because it failed again and again.
    [[nodiscard]] virtual bool serves(std::size_t /*server*/) const { return true; }
    /// Once after a server that was left out has answered again, perhaps with another model.
    [[nodiscard]] virtual bool take_returned() { return false; }
};

/// Speaks the documented HTTP protocol, to each request with the idlest of the servers. `transport`
/// must outlive it.
[[nodiscard]] std::unique_ptr<Extractor> make_http_extractor(const Settings& settings,
                                                             HttpTransport& transport);

/// The JSON part named `request` for a batch of `count` images, whose parts are image0, image1 ...
[[nodiscard]] std::string request_json(const ExtractionTarget& target, std::size_t count);

/// Reads an answer's body. Bounded: depth 64, what is not asked for is skipped.
[[nodiscard]] Result<std::vector<ExtractedFacen>> parse_answer(const ExtractionTarget& target,
                                                               std::string_view body,
                                                               std::size_t count);

}  // namespace ffdump
