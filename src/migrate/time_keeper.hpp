// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/time_line.hpp"
#include "ffdump/migrate/migration.hpp"

#include <optional>
#include <string>

namespace ffdump {

/// Keeps the time line of an output directory by the progress that is reported, which it passes on.
/// Whatever happens to the file, the run goes on: a line that cannot be read is begun anew, one
/// that cannot be written is not. On the pipeline's thread. Everything given must outlive it.
class TimeKeeper final : public MigrationObserver {
 public:
    struct Services {
        FileSystem& files;
        const Clock& clock;
        Log& log;
        MigrationObserver& observer;  ///< is told as well
    };

    TimeKeeper(const Services& services, std::string path, const std::string& run_id);

    void progress(const Progress& progress) override;
    /// Writes what is known; before the manifest, whose sync of the folder covers the name as well.
    void save();

 private:
    Services services_;
    std::string path_;
    TimeLine line_;
    Clock::Instant began_;
    Clock::Instant saved_;
    std::optional<TimeLine::Step> before_;  ///< what was done when it was last asked
};

}  // namespace ffdump
