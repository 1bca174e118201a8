// SPDX-License-Identifier: Apache-2.0
#include "file_sealer.hpp"

#include "ffdump/io/sha256.hpp"
#include "ffdump/record/running_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <span>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 1U << 20U;
static_assert(kChunkBytes % kDirectAlignment == 0);

Error damaged(const std::string& path, const WrittenRegion& region) {
    return Error(Reason::output_damaged,
                 fmt::format("bytes {} to {} are not what was written", region.begin, region.end))
        .at_file(path)
        .at_offset(region.begin);
}

/// Memory for reads past the cache. What it holds at first is undefined: zeros that are read over
/// cost a small run more than the reading.
class AlignedChunk {
 public:
    [[nodiscard]] std::span<char> span() const noexcept {
        void* begin = bytes_.get();
        std::size_t space = kBytes;
        return {static_cast<char*>(std::align(kDirectAlignment, kChunkBytes, begin, space)),
                kChunkBytes};
    }

 private:
    static constexpr std::size_t kBytes = kChunkBytes + kDirectAlignment;
    std::unique_ptr<char[]> bytes_ = std::make_unique_for_overwrite<char[]>(kBytes);
};

/// Compares the bytes of a file, which come in order, with what was written region by region.
class RegionCheck {
 public:
    RegionCheck(const std::vector<WrittenRegion>& regions, const std::string& path)
        : regions_(regions), path_(path) {}

    Result<void> add(std::string_view bytes) {
        for (;;) {
            if (Result<void> same = compare_ended(); !same || bytes.empty() || is_at_end()) {
                return same;
            }
            const auto size = static_cast<std::size_t>(
                std::min<std::uint64_t>(bytes.size(), regions_[next_].end - at_));
            hash_.add(bytes.substr(0, size));
            bytes.remove_prefix(size);
            at_ += size;
        }
    }
    Result<void> finish() {
        return compare_ended().and_then([this] {
            return is_at_end() ? Result<void>() : failed(damaged(path_, regions_[next_]));
        });
    }

 private:
    [[nodiscard]] bool is_at_end() const noexcept { return next_ == regions_.size(); }
    /// A commit without new bytes leaves a region of none.
    Result<void> compare_ended() {
        for (; !is_at_end() && regions_[next_].end == at_; ++next_) {
            if (!regions_[next_].hash.empty() && hash_.value().hex() != regions_[next_].hash) {
                return failed(damaged(path_, regions_[next_]));
            }
            hash_.reset();
        }
        return {};
    }

    const std::vector<WrittenRegion>& regions_;
    const std::string& path_;
    std::size_t next_ = 0;  ///< region that is being read
    std::uint64_t at_ = 0;
    RunningHash hash_;
};

Error broken_off(const std::string& path) {
    return Error(Reason::interrupted, "stopped while reading back what was written").at_file(path);
}

/// Of what is there; a region that the file does not have to its end has another hash.
Result<std::string> hash_of(File& file, const std::string& path, const WrittenRegion& region,
                            std::span<char> chunk, const IsStopped& is_stopped) {
    RunningHash hash;
    for (std::uint64_t at = region.begin; at < region.end;) {
        if (is_stopped()) {
            return failed(broken_off(path));
        }
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(chunk.size(), region.end - at));
        Result<std::size_t> got = file.read_at(chunk.first(wanted), at);
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            break;
        }
        hash.add({chunk.data(), *got});
        at += *got;
    }
    return hash.value().hex();
}

/// It may be torn by a power loss: until the file is sealed it is put again, whatever is there.
Result<void> put_head(FileSystem& files, const std::string& path, std::string_view head) {
    Result<std::unique_ptr<File>> file = files.open_update(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return (*file)->write(head).and_then([&] { return (*file)->sync(); }).and_then([&] {
        return (*file)->close();
    });
}

}  // namespace

Result<SealedFile> read_back(FileSystem& files, const std::string& path,
                             const std::vector<WrittenRegion>& regions,
                             const IsStopped& is_stopped) {
    Result<std::unique_ptr<File>> file = files.open_read_back(path);
    if (!file) {
        return failed(std::move(file.error()).while_doing("reading the finished file back"));
    }
    (*file)->drop_cache();
    const AlignedChunk chunk;
    RegionCheck check(regions, path);
    Sha256 sha256;
    std::uint64_t bytes = 0;
    for (std::size_t got = kChunkBytes; got == kChunkBytes; bytes += got) {
        if (is_stopped()) {
            return failed(broken_off(path));
        }
        Result<std::size_t> read = (*file)->read_at(chunk.span(), bytes);
        if (!read) {
            return failed(std::move(read.error()));
        }
        got = *read;
        const std::string_view piece(chunk.span().data(), got);
        sha256.add(piece);
        if (Result<void> same = check.add(piece); !same) {
            return failed(std::move(same.error()));
        }
    }
    if (Result<void> whole = check.finish(); !whole) {
        return failed(std::move(whole.error()));
    }
    if (const std::uint64_t end = end_of(regions); bytes != end) {
        return failed(Error(Reason::output_damaged,
                            fmt::format("the file has {} bytes, {} were written", bytes, end))
                          .at_file(path));
    }
    return SealedFile{bytes, sha256.hex()};
}

Result<void> check_regions(FileSystem& files, const std::string& path,
                           std::span<const WrittenRegion> regions, const IsStopped& is_stopped) {
    if (std::ranges::all_of(regions, [](const auto& region) { return region.hash.empty(); })) {
        return {};
    }
    Result<std::unique_ptr<File>> file = files.open_read_back(path);
    if (!file && files.exists(path, FilePurpose::writing).value_or(true)) {
        return failed(std::move(file.error()).while_doing("reading back what is durable"));
    }
    if (!file) {
        return failed(Error(Reason::output_damaged, file.error().detail()).at_file(path));
    }
    const AlignedChunk chunk;
    for (const WrittenRegion& region : regions) {
        if (region.hash.empty()) {
            continue;
        }
        Result<std::string> hash = hash_of(**file, path, region, chunk.span(), is_stopped);
        if (!hash) {
            return failed(std::move(hash.error()));
        }
        if (*hash != region.hash) {
            return failed(damaged(path, region));
        }
    }
    return {};
}

std::uint64_t end_of(std::span<const WrittenRegion> regions) {
    return regions.empty() ? 0 : regions.back().end;
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

void FileSealer::seal(std::uint32_t file, std::string path, std::vector<WrittenRegion> regions,
                      std::optional<std::string> head) {
    {
        const std::lock_guard lock(mutex_);
        tasks_.push_back({file, std::move(path), std::move(regions), std::move(head)});
    }
    changed_.notify_all();
}

Result<SealedFile> FileSealer::sealed(Task& task) {
    const IsStopped is_stopped = [this] { return stopping_.load(); };
    if (!task.head || task.regions.empty()) {
        return read_back(files_, task.path, task.regions, is_stopped);
    }
    return put_head(files_, task.path, *task.head).and_then([&] {
        RunningHash hash;
        hash.add(*task.head);
        task.regions.front().hash = hash.value().hex();
        return read_back(files_, task.path, task.regions, is_stopped);
    });
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
        done_(task.file, sealed(task));
    }
}

}  // namespace ffdump
