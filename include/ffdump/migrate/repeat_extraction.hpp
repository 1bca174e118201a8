// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/record_draw.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/migrate/image_round.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// What extracting the sample of one gallery again has shown.
struct RepeatFindings {
    struct Different {
        RecordId id;
        std::optional<double> cosine;  ///< to the facen in the dump; none when there is no facen
        std::string why;
    };
    struct Missed {
        RecordId id;
        Reason reason = Reason::internal_error;
    };
    std::uint64_t same = 0;            ///< to the last bit
    std::uint64_t near = 0;            ///< within the tolerance
    std::vector<Different> different;  ///< by id
    std::vector<Missed> missed;        ///< the image is not there any more, or cannot be used
    std::vector<double> cosines;       ///< of those that gave a facen, in the order of the sample

    [[nodiscard]] std::uint64_t compared() const noexcept { return same + near + different.size(); }
};

/// Fetches the images of a sample of the new dump and extracts again, by the very image store,
/// extractor and settings that migrate uses, `settings.workers` requests at a time. A facen is
/// `near` with a cosine above `cosine_above` to the one in the dump; 1 = the same bits or nothing.
/// What extraction-api has nothing to say to now, though there is a facen, is `different`. Faults
/// of the services are waited out as in a migration and, when they last, are the Error; so is
/// `failure_pattern`, when most of a sample has lost its images: that is no fault of single
/// records. One use, one thread; when it returns no request is in flight.
[[nodiscard]] Result<std::vector<RepeatFindings>> repeat_extraction(
    const Settings& settings, const std::vector<DrawnGallery>& sample, double cosine_above,
    const RoundServices& services, Extractor& extractor);

}  // namespace ffdump
