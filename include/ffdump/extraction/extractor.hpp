// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/net/http.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
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
    /// The one of servers() that extract would send to now. Whoever wants to know who answers asks
    /// this and calls extract_by.
    [[nodiscard]] virtual std::size_t next_server() { return 0; }
    /// Like extract, by this server of servers() and no other.
    virtual void extract_by(std::size_t /*server*/, const ExtractionTarget& target,
                            std::vector<SharedBytes> images, BatchDone done) {
        extract(target, std::move(images), std::move(done));
    }
    /// False while requests do not go to it, because it failed again and again.
    [[nodiscard]] virtual bool serves(std::size_t /*server*/) const { return true; }
    /// Its last fault, if it has not worked since; not told of one server alone.
    [[nodiscard]] virtual std::optional<Error> fault_of(std::size_t /*server*/) const {
        return std::nullopt;
    }
    /// How often it has answered again after it was left out, each time perhaps with another model.
    [[nodiscard]] virtual std::uint64_t returns(std::size_t /*server*/) const { return 0; }
};

/// Speaks the documented HTTP protocol, to each request with the idlest of the servers. `transport`
/// and `clock` must outlive it; `seed` is for the times at which servers that are out are probed.
[[nodiscard]] std::unique_ptr<Extractor> make_http_extractor(const Settings& settings,
                                                             HttpTransport& transport,
                                                             const Clock& clock,
                                                             std::uint64_t seed);

/// The JSON part named `request` for a batch of `count` images, whose parts are image0, image1 ...
[[nodiscard]] std::string request_json(const ExtractionTarget& target, std::size_t count);

/// Reads an answer's body. Bounded: depth 64, what is not asked for is skipped.
[[nodiscard]] Result<std::vector<ExtractedFacen>> parse_answer(const ExtractionTarget& target,
                                                               std::string_view body,
                                                               std::size_t count);

}  // namespace ffdump
