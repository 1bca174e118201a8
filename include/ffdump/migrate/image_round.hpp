// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>

namespace ffdump {

/// A record whose image a round asks for.
struct RoundRecord {
    std::size_t file = 0;  ///< index into the plan, or into whatever the source goes through
    RecordId id;
    std::string normalized_id;
    std::size_t number = 0;  ///< of whoever made the list, when it is none of a plan
};

/// What a round goes through.
class RoundSource {
 public:
    virtual ~RoundSource() = default;
    /// Nothing at the end.
    [[nodiscard]] virtual Result<std::optional<RoundRecord>> next() = 0;
    /// Records passed, with or without image, and all there are: for the progress.
    [[nodiscard]] virtual std::uint64_t passed() const noexcept = 0;
    [[nodiscard]] virtual std::uint64_t total() const noexcept = 0;
};

/// Takes what a round finds; called on the thread that runs it. An error ends the round.
class RoundTaker {
 public:
    virtual ~RoundTaker() = default;
    /// Whether the storage is to be asked for this one at all.
    [[nodiscard]] virtual bool wants(const RoundRecord& record) = 0;
    /// `image` is null when only its presence was asked for.
    [[nodiscard]] virtual Result<void> found(const RoundRecord& record, const Image* image) = 0;
    /// A fault of the record; those of the storage are waited out or end the round.
    [[nodiscard]] virtual Result<void> missed(const RoundRecord& record, const Error& error) = 0;
};

enum class RoundAim : std::uint8_t { presence, bytes };

/// What a round works with; borrowed.
struct RoundServices {
    FileSystem& files;
    ImageStore& images;
    std::function<void()> cancel;  ///< ends requests in flight (HttpTransport)
    const Clock& clock;
    Log& log;
    MigrationObserver& observer;
    const std::atomic<int>& stop_signal;
    std::uint64_t random_seed = 0;
};

struct RoundOptions {
    RoundAim aim = RoundAim::presence;
    std::string phase;                        ///< for the progress: "checking images"
    std::uint64_t most_of_a_gallery = ~0ULL;  ///< records; for probes
};

/// Asks for the image of every record that the plan migrates, many at a time, in no order; faults
/// of the storage are waited out as in a migration. Memory is bounded. Blocks. When it fails, no
/// request is in flight any more. Fails with `interrupted`, the storage's last fault, errors of the
/// dump or of the taker.
[[nodiscard]] Result<void> image_round(const Settings& settings, const MigrationPlan& plan,
                                       const RoundOptions& options, const RoundServices& services,
                                       RoundTaker& taker);
/// The same for records of another list.
[[nodiscard]] Result<void> image_round(const Settings& settings, RoundSource& source,
                                       const RoundOptions& options, const RoundServices& services,
                                       RoundTaker& taker);

}  // namespace ffdump
