// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_draw.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// How a sample of the new dump is drawn.
struct SampleDraw {
    std::string to;                 ///< the new dump's directory; it has a valid manifest
    std::vector<Profile> profiles;  ///< as for verify()
    ReadLimits limits;
    DrawSize size;
    std::uint64_t seed = 0;
    /// Of all galleries together: they are kept in memory, some 3 KiB each.
    std::size_t most = 50'000;
    /// Called now and then with the bytes read so far and 0, since packed files do not say how much
    /// there is; returns false to stop (`interrupted`).
    std::function<bool(std::uint64_t done, std::uint64_t total)> progress;
};

/// Draws from every migrated file of the new dump, each read once. Records without an image, which
/// a new dump does not have, are passed over. Fails with `usage_error` (more than `most`),
/// `manifest_invalid`, `profile_invalid`, `interrupted`, those of reading a dump.
[[nodiscard]] Result<std::vector<DrawnGallery>> draw_sample(FileSystem& files,
                                                            const SampleDraw& draw);

/// What became of the sample of one gallery.
struct SampledGallery {
    struct Different {
        RecordId id;
        std::string why;
    };
    std::string gallery;
    std::string path;           ///< of the file it was drawn from
    std::uint64_t records = 0;  ///< of the gallery in the new dump
    std::uint64_t drawn = 0;
    std::uint64_t same = 0;                                ///< the same facen to the last bit
    std::uint64_t near = 0;                                ///< within the tolerance
    std::vector<Different> different;                      ///< by id
    std::vector<std::pair<RecordId, std::string>> missed;  ///< not compared: id, name of the reason
    std::vector<double> cosines;  ///< to the facens of the dump; 1 = the same bits

    [[nodiscard]] std::uint64_t compared() const noexcept { return same + near + different.size(); }
    /// With 99 % confidence a smaller share of the gallery's records differs; 1 when nothing was
    /// compared.
    [[nodiscard]] double most_different() const;
};

/// A sample of the new dump that was extracted again.
struct SampleReport {
    std::uint64_t seed = 0;
    double cosine_above = 0;  ///< what counts as near; 1 = nothing but the same bits
    std::vector<SampledGallery> galleries;
};

/// The smallest share p for which `failures` or fewer among `tries` have a probability of at most
/// `1 - confidence` (Clopper and Pearson's upper bound); without failures (1-confidence)^(1/tries).
[[nodiscard]] double binomial_upper_bound(std::uint64_t tries, std::uint64_t failures,
                                          double confidence);

/// "with 99 % confidence fewer than 0.05 % of its records differ (0 of 10000 compared did)". The
/// figure is rounded up.
[[nodiscard]] std::string confidence_text(const SampledGallery& gallery);

/// For people: seed, a line a gallery, what could not be compared.
[[nodiscard]] std::string render_text(const SampleReport& report);

}  // namespace ffdump
