// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "instant_services.hpp"
#include "support/record_builder.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/migrate/migration.hpp"

#include <fmt/format.h>

#include <atomic>
#include <cstddef>
#include <cstdint>
#include <fstream>
#include <memory>
#include <stdexcept>
#include <string>
#include <vector>

namespace ffdump {

inline constexpr std::size_t kOldDimension = 320;
inline constexpr std::size_t kNewDimension = 480;
inline constexpr std::size_t kDifferentFacens = 64;

inline Facen unit_facen(RecordGenerator& generator, std::size_t dimension) {
    Facen facen = generator.facen(dimension);
    const double norm = facen_norm(facen);
    for (float& value : facen) {
        value = static_cast<float>(value / norm);
    }
    return facen;
}

/// JSON lines of some 2 KB with the ids 0, 1, 2 ..., each with an image of its own: one that
/// records share is extracted once.
inline void write_dump(const std::string& path, std::size_t records) {
    RecordGenerator generator(kOldDimension);
    std::vector<std::string> facens(kDifferentFacens);
    for (std::string& facen : facens) {
        append_facen(facen, unit_facen(generator, kOldDimension), SlashStyle::plain);
    }
    const std::string meta =
        R"("m:timestamp":"1783373485","m:camera":"117","m:camera_group":"4","m:dossier":"1",)"
        R"("m:camera_name":"Entrance 3, hall B","m:matched":"0","m:acknowledged":"0",)"
        R"("feat":"age 34.11, gender MALE, liveness 0.9993","source":"faces/2023/04/11/a1.jpg")";
    std::ofstream out(path, std::ios::binary);
    for (std::size_t id = 0; id < records; ++id) {
        out << RecordBuilder(id)
                   .facen(facens[id % facens.size()])
                   .meta(meta)
                   .normalized(fmt::format("1_{:08}iutk0g0aki8iv.png", id))
                   .text()
            << '\n';
    }
    if (!out.flush()) {
        throw std::runtime_error("cannot write " + path);
    }
}

/// Facens that were written; throws with the first error of a run that failed.
inline std::uint64_t whole_migration(const std::string& from, const std::string& to,
                                     const Facen& facen) {
    Settings settings;
    settings.extraction_urls = {"http://127.0.0.1:1"};
    settings.storage.upload_url = "http://127.0.0.1:1/";
    settings.canaries.watched_batches = 64;  // what comes later in a large dump is measured
    MigrationOptions options;
    options.from = from;
    options.to = to;
    options.profiles = shipped_profiles();
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    MemoryImages images;
    FixedExtractor extractor(facen);
    const SystemClock clock;
    NoLines lines;
    Log log(lines, clock, LogLevel::off, LogFormat::text);
    NoObserver observer;
    const std::atomic<int> stop_signal = 0;
    const MigrationServices services{.files = *files,
                                     .images = images,
                                     .extractor = extractor,
                                     .cancel = [] {},
                                     .clock = clock,
                                     .log = log,
                                     .observer = observer,
                                     .stop_signal = stop_signal};
    const MigrationResult outcome = migrate(settings, options, services);
    if (!outcome) {
        throw std::runtime_error(outcome.error().front().one_line());
    }
    return outcome->extracted;
}

}  // namespace ffdump
