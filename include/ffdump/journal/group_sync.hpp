// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <chrono>
#include <condition_variable>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <thread>

namespace ffdump {

/// Makes what is written to a file durable now and then, in a thread of its own, so that whoever
/// writes never waits for a disk: at most every `interval`, and so seldom that it takes a fiftieth
/// of the time on any disk. written() and check() from one thread.
class GroupSync {
 public:
    GroupSync(FileSystem& files, std::chrono::milliseconds interval);
    /// Ends the thread; what was written last may not be durable.
    ~GroupSync();
    GroupSync(const GroupSync&) = delete;
    GroupSync& operator=(const GroupSync&) = delete;

    /// Something was written to the file at `path` (the newest only is synced; a file that is new
    /// gets its name made durable as well).
    void written(const std::string& path);
    /// No sync of the file before is wanted any more; one under way is waited for. Whether all that
    /// was written had been synced.
    bool forget();
    /// What a sync failed with; final for the run.
    [[nodiscard]] Result<void> check();

 private:
    void work();
    [[nodiscard]] Result<void> sync(const std::string& path);

    FileSystem& files_;
    std::chrono::milliseconds interval_;
    std::mutex mutex_;
    std::condition_variable changed_;
    std::string wanted_;  ///< path; empty = nothing to do
    bool is_syncing_ = false;
    bool ends_ = false;
    std::optional<Error> error_;
    std::string open_path_;  ///< the thread's own, as is the file
    std::unique_ptr<File> file_;
    std::thread thread_;
};

}  // namespace ffdump
