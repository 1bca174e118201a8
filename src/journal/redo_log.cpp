// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/redo_log.hpp"

#include "redo_layout.hpp"

#include "ffdump/journal/group_sync.hpp"

#include <algorithm>
#include <chrono>

namespace ffdump {
namespace {

constexpr std::chrono::milliseconds kSyncInterval{250};
constexpr std::size_t kReadBytes = 1U << 20U;

/// Feeds the entries of one segment to `take`; the last place, or nothing when it is of another run
/// or holds no whole entry.
Result<std::optional<RecordPlace>> load_segment(
    File& file, const std::string& header, std::uint64_t seed, std::uint32_t number,
    const std::function<void(const RedoEntry&, const RedoWhere&)>& take) {
    std::string bytes(header.size(), '\0');
    Result<std::size_t> got = file.read({bytes.data(), bytes.size()});
    if (!got) {
        return failed(std::move(got.error()));
    }
    std::optional<RecordPlace> last;
    if (*got != header.size() || bytes != header) {
        return last;
    }
    bytes.clear();
    std::size_t parsed = 0;
    std::uint64_t offset = header.size();
    RedoEntry entry;
    for (;;) {
        std::size_t size = 0;
        const RedoState state =
            parse_redo_entry(std::string_view(bytes).substr(parsed), seed, entry, size);
        if (state == RedoState::invalid) {
            return last;
        }
        if (state == RedoState::whole) {
            parsed += size;
            last = last ? std::max(*last, entry.place) : entry.place;
            take(entry, {offset, number, static_cast<std::uint32_t>(size)});
            offset += size;
            continue;
        }
        bytes.erase(0, parsed);
        parsed = 0;
        const std::size_t kept = bytes.size();
        bytes.resize(kept + kReadBytes);
        got = file.read({bytes.data() + kept, kReadBytes});
        if (!got) {
            return failed(std::move(got.error()));
        }
        bytes.resize(kept + *got);
        if (*got == 0) {
            return last;
        }
    }
}

Result<std::vector<std::uint64_t>> segment_numbers(FileSystem& files, const std::string& folder) {
    return files.list(folder, FilePurpose::writing)
        .map([](const std::vector<DirectoryEntry>& entries) {
            std::vector<std::uint64_t> numbers;
            for (const DirectoryEntry& entry : entries) {
                if (const auto number = redo_number(entry.name);
                    number && entry.kind == EntryKind::file) {
                    numbers.push_back(*number);
                }
            }
            std::ranges::sort(numbers);
            return numbers;
        });
}

}  // namespace

RedoLog::RedoLog(FileSystem& files, std::string folder, const std::string& run_id,
                 std::vector<Segment> kept, Keep keep)
    : files_(files),
      folder_(std::move(folder)),
      header_(redo_header(run_id)),
      seed_(redo_seed(run_id)),
      segments_(std::move(kept)),
      keep_(keep),
      sync_(std::make_unique<GroupSync>(files, kSyncInterval)) {
    for (const Segment& segment : segments_) {
        next_number_ = std::max(next_number_, segment.number + 1);
    }
}

RedoLog::~RedoLog() = default;

std::string RedoLog::path_of(std::uint64_t number) const {
    return join_path(folder_, redo_file_name(number));
}

void RedoLog::add(const RecordPlace& place, std::uint64_t record_id, std::string_view image,
                  const Facen& facen) {
    last_buffered_ = buffer_.empty() ? place : std::max(last_buffered_, place);
    append_redo_entry(buffer_, seed_, place, record_id, image, facen);
}

Result<void> RedoLog::begin_segment() {
    const std::uint64_t number = next_number_++;
    Result<std::unique_ptr<File>> created = files_.create(path_of(number));
    if (!created) {
        return failed(std::move(created.error()));
    }
    file_ = std::move(*created);
    open_ = {number, last_buffered_};
    return file_->write(header_);
}

Result<void> RedoLog::write() {
    if (Result<void> synced = sync_->check(); !synced || buffer_.empty()) {
        return synced;
    }
    if (!file_) {
        if (Result<void> begun = begin_segment(); !begun) {
            return begun;
        }
    }
    if (Result<void> written = file_->write(buffer_); !written) {
        return written;
    }
    open_.last = std::max(open_.last, last_buffered_);
    buffer_.clear();
    sync_->written(file_->path());
    return {};
}

Result<void> RedoLog::close_segment() {
    if (!file_) {
        return {};
    }
    const bool is_synced = sync_->forget();
    segments_.push_back(open_);
    const std::unique_ptr<File> file = std::move(file_);
    // What no commit has would not be made durable any more.
    if (!is_synced && open_.last >= committed_) {
        Result<void> synced =
            file->sync().and_then([this] { return files_.sync_directory(folder_); });
        if (!synced) {
            return synced;
        }
    }
    return file->close();
}

Result<void> RedoLog::committed(const RecordPlace& place) {
    committed_ = place;
    return close_segment().and_then([this] { return remove_old(); });
}

Result<void> RedoLog::check_passed() {
    vouched_below_ = begun_below_;
    return remove_old();
}

Result<void> RedoLog::remove_old() {
    std::vector<Segment> needed;
    for (const Segment& segment : segments_) {
        const bool may_go = keep_ == Keep::until_committed || segment.number < vouched_below_;
        if (segment.last >= committed_ || !may_go) {
            needed.push_back(segment);
        } else if (Result<void> removed = files_.remove(path_of(segment.number)); !removed) {
            return removed;
        }
    }
    segments_ = std::move(needed);
    return {};
}

Result<void> RedoLog::discard() {
    buffer_.clear();
    sync_->forget();
    file_.reset();
    segments_.clear();
    return remove_redo(files_, folder_);
}

Result<std::vector<RedoLog::Segment>> load_redo(
    FileSystem& files, const std::string& folder, const std::string& run_id,
    const std::function<void(const RedoEntry&, const RedoWhere&)>& take) {
    Result<std::vector<std::uint64_t>> numbers = segment_numbers(files, folder);
    if (!numbers) {
        return failed(std::move(numbers.error()));
    }
    std::vector<RedoLog::Segment> segments;
    for (const std::uint64_t number : *numbers) {
        Result<std::unique_ptr<File>> file =
            files.open_read_back(join_path(folder, redo_file_name(number)));
        if (!file) {
            return failed(std::move(file.error()));
        }
        Result<std::optional<RecordPlace>> last =
            load_segment(**file, redo_header(run_id), redo_seed(run_id),
                         static_cast<std::uint32_t>(number), take);
        if (!last) {
            return failed(std::move(last.error()));
        }
        // One without an entry goes with the first commit.
        segments.push_back({number, last->value_or(RecordPlace{})});
    }
    return segments;
}

RedoReader::RedoReader(FileSystem& files, std::string folder, const std::string& run_id)
    : files_(files), folder_(std::move(folder)), seed_(redo_seed(run_id)) {}

Result<RedoEntry> RedoReader::read(const RedoWhere& where) {
    const std::string path = join_path(folder_, redo_file_name(where.segment));
    if (!file_ || open_ != where.segment) {
        Result<std::unique_ptr<File>> opened = files_.open_read_back(path);
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        file_ = std::move(*opened);
        open_ = where.segment;
    }
    std::string bytes(where.bytes, '\0');
    Result<std::size_t> got = file_->read_at({bytes.data(), bytes.size()}, where.offset);
    if (!got) {
        return failed(std::move(got.error()));
    }
    bytes.resize(*got);
    RedoEntry entry;
    std::size_t size = 0;
    if (parse_redo_entry(bytes, seed_, entry, size) != RedoState::whole) {
        return failed(Error(Reason::output_damaged, "an entry is not what it was a moment ago")
                          .at_file(path));
    }
    return entry;
}

Result<void> remove_redo(FileSystem& files, const std::string& folder) {
    Result<std::vector<std::uint64_t>> numbers = segment_numbers(files, folder);
    if (!numbers) {
        return failed(std::move(numbers.error()));
    }
    for (const std::uint64_t number : *numbers) {
        if (Result<void> removed = files.remove(join_path(folder, redo_file_name(number)));
            !removed) {
            return removed;
        }
    }
    return {};
}

}  // namespace ffdump
