// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/id_census.hpp"

#include <algorithm>
#include <queue>
#include <utility>

namespace ffdump {
namespace {

using Ids = std::vector<std::uint64_t>;

/// Counts ids that come sorted.
class DuplicateCounter {
 public:
    explicit DuplicateCounter(std::size_t limit) : limit_(limit) {}

    void add(std::uint64_t id) {
        const bool again = has_last_ && id == last_;
        if (again && !counted_) {
            ++found_.count;
            if (found_.examples.size() < limit_) {
                found_.examples.push_back({id});
            }
        }
        counted_ = again;
        has_last_ = true;
        last_ = id;
    }
    [[nodiscard]] IdCensus::Duplicates take() { return std::move(found_); }

 private:
    std::size_t limit_;
    IdCensus::Duplicates found_;
    std::uint64_t last_ = 0;
    bool has_last_ = false;
    bool counted_ = false;
};

/// Reads one sorted run of the file through a small buffer.
class RunCursor {
 public:
    RunCursor(File& file, std::uint64_t offset, std::size_t ids, std::size_t buffer_ids)
        : file_(&file), offset_(offset), left_(ids), buffer_ids_(buffer_ids) {}

    /// The next id of the run, false at its end.
    Result<bool> next(std::uint64_t& id) {
        if (at_ == buffer_.size()) {
            if (left_ == 0) {
                return false;
            }
            if (Result<void> filled = fill(); !filled) {
                return failed(std::move(filled.error()));
            }
        }
        id = buffer_[at_++];
        return true;
    }

 private:
    Result<void> fill() {
        buffer_.resize(std::min(left_, buffer_ids_));
        at_ = 0;
        const std::size_t bytes = buffer_.size() * sizeof(std::uint64_t);
        Result<std::size_t> count =
            file_->read_at({reinterpret_cast<char*>(buffer_.data()), bytes}, offset_);
        if (!count) {
            return failed(std::move(count.error()));
        }
        if (*count != bytes) {
            return failed(Error(Reason::output_unwritable, "a temporary file of ids was cut off")
                              .at_file(file_->path()));
        }
        offset_ += bytes;
        left_ -= buffer_.size();
        return {};
    }

    File* file_;
    std::uint64_t offset_;
    std::size_t left_;
    std::size_t buffer_ids_;
    Ids buffer_;
    std::size_t at_ = 0;
};

std::vector<RunCursor> cursors_of(File& file, const std::vector<std::size_t>& runs,
                                  std::size_t run_ids) {
    // All buffers together hold about one run; small reads cost more than memory below 4 KiB.
    constexpr std::size_t kLeastIds = 512;
    const std::size_t buffer_ids = std::max(kLeastIds, run_ids / runs.size());
    std::vector<RunCursor> cursors;
    std::uint64_t offset = 0;
    for (const std::size_t ids : runs) {
        cursors.emplace_back(file, offset, ids, buffer_ids);
        offset += ids * sizeof(std::uint64_t);
    }
    return cursors;
}

Result<void> merge(std::vector<RunCursor>& cursors, DuplicateCounter& counter) {
    using Head = std::pair<std::uint64_t, std::size_t>;  // id, cursor
    std::priority_queue<Head, std::vector<Head>, std::greater<>> heads;
    const auto push_next = [&](std::size_t cursor) -> Result<void> {
        std::uint64_t id = 0;
        Result<bool> more = cursors[cursor].next(id);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (*more) {
            heads.emplace(id, cursor);
        }
        return {};
    };
    for (std::size_t cursor = 0; cursor < cursors.size(); ++cursor) {
        if (Result<void> pushed = push_next(cursor); !pushed) {
            return pushed;
        }
    }
    while (!heads.empty()) {
        const auto [id, cursor] = heads.top();
        heads.pop();
        counter.add(id);
        if (Result<void> pushed = push_next(cursor); !pushed) {
            return pushed;
        }
    }
    return {};
}

}  // namespace

IdCensus::IdCensus(FileSystem& files, std::string folder, std::size_t run_ids)
    : files_(files), folder_(std::move(folder)), run_ids_(std::max<std::size_t>(run_ids, 1)) {}
IdCensus::~IdCensus() = default;

Result<void> IdCensus::add(RecordId id) {
    if (ids_.size() == run_ids_) {
        if (Result<void> spilled = spill(); !spilled) {
            return spilled;
        }
    }
    ids_.push_back(id.value);
    return {};
}

Result<void> IdCensus::spill() {
    if (file_ == nullptr) {
        Result<std::unique_ptr<File>> made = files_.create_unnamed(folder_);
        if (!made) {
            return failed(std::move(made.error()).while_doing("looking for duplicate ids"));
        }
        file_ = std::move(*made);
    }
    std::ranges::sort(ids_);
    Result<void> written = file_->write(
        {reinterpret_cast<const char*>(ids_.data()), ids_.size() * sizeof(std::uint64_t)});
    if (!written) {
        return failed(std::move(written.error()).while_doing("looking for duplicate ids"));
    }
    runs_.push_back(ids_.size());
    ids_.clear();
    return {};
}

Result<IdCensus::Duplicates> IdCensus::finish(std::size_t limit) {
    DuplicateCounter counter(limit);
    if (runs_.empty()) {
        std::ranges::sort(ids_);
        std::ranges::for_each(ids_, [&](std::uint64_t id) { counter.add(id); });
        return counter.take();
    }
    if (!ids_.empty()) {
        if (Result<void> spilled = spill(); !spilled) {
            return failed(std::move(spilled.error()));
        }
    }
    Ids().swap(ids_);
    std::vector<RunCursor> cursors = cursors_of(*file_, runs_, run_ids_);
    if (Result<void> merged = merge(cursors, counter); !merged) {
        return failed(std::move(merged.error()).while_doing("looking for duplicate ids"));
    }
    return counter.take();
}

}  // namespace ffdump
