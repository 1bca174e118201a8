// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/group_sync.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr int kShareOfTime = 50;

}  // namespace

GroupSync::GroupSync(FileSystem& files, std::chrono::milliseconds interval)
    : files_(files), interval_(interval), thread_([this] { work(); }) {}

GroupSync::~GroupSync() {
    {
        const std::lock_guard lock(mutex_);
        ends_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void GroupSync::written(const std::string& path) {
    const std::lock_guard lock(mutex_);
    if (wanted_.empty()) {
        changed_.notify_all();
    }
    if (wanted_ != path) {
        wanted_ = path;
    }
}

bool GroupSync::forget() {
    std::unique_lock lock(mutex_);
    const bool was_synced = std::exchange(wanted_, {}).empty();
    changed_.wait(lock, [this] { return !is_syncing_; });
    return was_synced;
}

Result<void> GroupSync::check() {
    const std::lock_guard lock(mutex_);
    return error_ ? failed(*error_) : Result<void>();
}

void GroupSync::work() {
    using Clock = std::chrono::steady_clock;
    std::unique_lock lock(mutex_);
    std::chrono::nanoseconds pause = interval_;
    while (!ends_ && !error_) {
        if (wanted_.empty()) {
            changed_.wait(lock);
            continue;
        }
        // What is written meanwhile is made durable together.
        if (changed_.wait_for(lock, pause, [this] { return ends_; })) {
            return;
        }
        const std::string path = std::exchange(wanted_, {});
        if (path.empty()) {
            continue;
        }
        is_syncing_ = true;
        lock.unlock();
        const Clock::time_point begin = Clock::now();
        Result<void> synced = sync(path);
        pause =
            std::max<std::chrono::nanoseconds>(interval_, (Clock::now() - begin) * kShareOfTime);
        lock.lock();
        is_syncing_ = false;
        if (!synced) {
            error_ = std::move(synced.error());
        }
        changed_.notify_all();
    }
}

Result<void> GroupSync::sync(const std::string& path) {
    if (path == open_path_) {
        return file_->sync();
    }
    Result<std::unique_ptr<File>> opened = files_.open_append(path);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    file_ = std::move(*opened);
    open_path_ = path;
    return file_->sync().and_then([&] { return files_.sync_directory(folder_of(path)); });
}

}  // namespace ffdump
