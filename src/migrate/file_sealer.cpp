// SPDX-License-Identifier: Apache-2.0
#include "file_sealer.hpp"

#include "ffdump/io/sha256.hpp"
#include "ffdump/record/running_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 1U << 20U;

Result<void> read_region(File& file, const WrittenRegion& region, std::vector<char>& chunk,
                         Sha256& sha256) {
    RunningHash hash;
    for (std::uint64_t at = region.begin; at < region.end;) {
        const std::size_t wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), region.end - at));
        Result<std::size_t> got = file.read_at({chunk.data(), wanted}, at);
        if (!got) {
            return failed(std::move(got.error()));
        }
        const std::string_view bytes(chunk.data(), *got);
        hash.add(bytes);
        sha256.add(bytes);
        at += *got;
        if (*got == 0) {
            break;
        }
    }
    if (hash.value().hex() != region.hash) {
        return failed(
            Error(Reason::output_damaged,
                  fmt::format("bytes {} to {} are not what was written", region.begin, region.end))
                .at_file(file.path())
                .at_offset(region.begin));
    }
    return {};
}

}  // namespace

Result<SealedFile> read_back(FileSystem& files, const std::string& path,
                             const std::vector<WrittenRegion>& regions) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file.error()).while_doing("reading the finished file back"));
    }
    (*file)->drop_cache();
    std::vector<char> chunk(kChunkBytes);
    Sha256 sha256;
    std::uint64_t end = 0;
    for (const WrittenRegion& region : regions) {
        if (Result<void> same = read_region(**file, region, chunk, sha256); !same) {
            return failed(std::move(same.error()));
        }
        end = region.end;
    }
    Result<FileIdentity> identity = (*file)->identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    if (identity->size != end) {
        return failed(
            Error(Reason::output_damaged,
                  fmt::format("the file has {} bytes, {} were written", identity->size, end))
                .at_file(path));
    }
    return SealedFile{end, sha256.hex()};
}

Result<void> check_region(FileSystem& files, const std::string& path, const WrittenRegion& region) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(Error(Reason::output_damaged, file.error().detail()).at_file(path));
    }
    std::vector<char> chunk(kChunkBytes);
    Sha256 unused;
    return read_region(**file, region, chunk, unused);
}

FileSealer::FileSealer(FileSystem& files, Done done)
    : files_(files), done_(std::move(done)), thread_([this] { run(); }) {}

FileSealer::~FileSealer() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    changed_.notify_all();
    thread_.join();
}

void FileSealer::seal(std::uint32_t file, std::string path, std::vector<WrittenRegion> regions) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back({file, std::move(path), std::move(regions)});
    }
    changed_.notify_all();
}

void FileSealer::run() {
    for (;;) {
        Task task;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return stopping_ || !tasks_.empty(); });
            if (stopping_) {
                return;
            }
            task = std::move(tasks_.front());
            tasks_.pop_front();
        }
        done_(task.file, read_back(files_, task.path, task.regions));
    }
}

}  // namespace ffdump
