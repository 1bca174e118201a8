// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/base/random.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest.hpp"

#include <atomic>
#include <chrono>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// `--max-failures`: a number of records, or a share of those processed so far (looked at once
/// kShareFloor records are through, so that one early failure is not 100 %).
struct FailureBudget {
    std::optional<std::uint64_t> records;
    std::optional<double> percent;
    static constexpr std::uint64_t kShareFloor = 200;
    [[nodiscard]] bool is_set() const noexcept { return records || percent; }
    [[nodiscard]] bool is_exceeded(std::uint64_t failed, std::uint64_t processed) const noexcept;
};

struct MigrationOptions {
    std::string from;
    std::string to;
    std::vector<Profile> profiles;             ///< tried on each file; one with --format
    std::optional<Compression> compress = {};  ///< as PlanOptions has it
    bool skip_bad_records = false;
    bool allow_duplicate_ids = false;
    bool retry_failed = false;
    bool rewind_to_canary = false;  ///< redo what no check of the model vouches for
    /// Records with the same bytes as image are extracted once, as those with one normalized_id.
    bool dedup_images = false;
    FailureBudget budget;
    /// Failures that are booked even when they form a pattern that no good answer contradicts.
    std::vector<Reason> accepted_failures;
    bool wait_for_space = false;    ///< in place of refusing to start
    bool skip_space_check = false;  ///< start whatever is free
    std::string excluded_ids;       ///< text of the --exclude-ids file; empty = none
    std::string excluded_ids_name;
    std::chrono::milliseconds commit_interval{10000};
    std::uint64_t commit_bytes = 64U << 20U;
    std::chrono::milliseconds stop_within{10000};  ///< after a signal: bound for work in flight
};

/// What progress shows. Counts are of this run directory, earlier runs included.
struct Progress {
    std::string phase;       ///< "reading the dump", "migrating", "sealing"
    std::uint64_t done = 0;  ///< records through (surveying: bytes)
    std::uint64_t total = 0;
    std::uint64_t failed = 0;
    std::uint64_t extracted = 0;  ///< by this process
    std::string waiting_for;      ///< empty, or the service that is down and since when
};

/// Told about a run while it goes on; called on the run's own thread, a few times a second.
class MigrationObserver {
 public:
    virtual ~MigrationObserver() = default;
    virtual void progress(const Progress& progress) = 0;
};

/// What a run works with. All of it is borrowed and must outlive the run.
struct MigrationServices {
    FileSystem& files;
    ImageStore& images;
    Extractor& extractor;
    std::function<void()> cancel;  ///< ends requests in flight (HttpTransport)
    const Clock& clock;
    Log& log;
    MigrationObserver& observer;
    const std::atomic<int>& stop_signal;  ///< 0, or the signal that asks to stop
    std::uint64_t random_seed = 0;        ///< for jitter
};

struct MigrationOutcome {
    Manifest manifest;          ///< as written
    bool was_complete = false;  ///< nothing was left to do
    std::uint64_t extraction_requests = 0;
    std::uint64_t extracted = 0;
    std::chrono::nanoseconds took{0};
};

/// The main job: plan, resume or start, migrate every file, seal, write the manifest. Blocks until
/// it is done or failed. Everything durable stays on disk on failure; the same call goes on.
/// Errors: the first that ended the run; several only before anything was written.
using MigrationResult = tl::expected<MigrationOutcome, std::vector<Error>>;
[[nodiscard]] MigrationResult migrate(const Settings& settings, const MigrationOptions& options,
                                      const MigrationServices& services);

/// Parses "100" or "2.5%"; nothing when it is neither.
[[nodiscard]] std::optional<FailureBudget> parse_failure_budget(std::string_view text);

}  // namespace ffdump
