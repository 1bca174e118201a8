// SPDX-License-Identifier: Apache-2.0
#include "failure_cursor.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

Result<std::unique_ptr<FailureCursor>> FailureCursor::open(FileSystem& files,
                                                           const std::string& path,
                                                           std::size_t max_line_bytes,
                                                           Findings& findings) {
    std::unique_ptr<FailureCursor> cursor(new FailureCursor(path, max_line_bytes, findings));
    const Result<bool> is_there = files.exists(path, FilePurpose::reading);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        findings.add(Reason::failures_differ, in_file(path), "the list of failures is not there");
        cursor->ended_ = true;
        return cursor;
    }
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    cursor->file_ = std::move(*file);
    cursor->bytes_ = make_file_source(*cursor->file_);
    cursor->hashed_ = std::make_unique<HashedSource>(
        *cursor->bytes_,
        [&sha256 = cursor->sha256_](std::string_view bytes) { sha256.add(bytes); });
    cursor->reader_ = std::make_unique<FailureReader>(*cursor->hashed_, path, max_line_bytes);
    return cursor;
}

Result<void> FailureCursor::load() {
    if (entry_ || ended_) {
        return {};
    }
    Result<std::optional<FailureEntry>> entry = reader_->next();
    if (!entry && entry.error().reason() != Reason::failures_differ) {
        return failed(std::move(entry.error()));
    }
    if (!entry) {
        // Where the next line begins is not sure any more: nothing of the rest can be believed.
        Place place = entry.error().place();
        place.file = path_;
        findings_.add(Reason::failures_differ, std::move(place), entry.error().detail());
        is_broken_ = true;
    }
    if (!entry || !*entry) {
        ended_ = true;
        return {};
    }
    entry_ = std::move(**entry);
    ++records_;
    ++by_reason_[std::string(reason_name(entry_->reason))];
    return {};
}

void FailureCursor::report(const FailureEntry& entry, const char* what) {
    findings_.add(Reason::failures_differ, [&] {
        return Findings::finding(Reason::failures_differ, in_file(path_, entry.id),
                                 fmt::format("the entry of {} (record number {} of it) {}",
                                             printable(entry.file), entry.ordinal, what));
    });
}

Result<const FailureEntry*> FailureCursor::peek(const std::string& file) {
    for (;;) {
        if (Result<void> loaded = load(); !loaded) {
            return failed(std::move(loaded.error()));
        }
        if (!entry_ || entry_->file > file) {
            return nullptr;
        }
        if (entry_->file == file) {
            return &*entry_;
        }
        report(*entry_, "is out of place");
        pop();
    }
}

Result<void> FailureCursor::pass_rest_of(const std::string& file,
                                         const std::function<void(const FailureEntry&)>& take) {
    for (;;) {
        Result<const FailureEntry*> entry = peek(file);
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (*entry == nullptr) {
            return {};
        }
        take(**entry);
        pop();
    }
}

Result<void> FailureCursor::finish(const Manifest& manifest) {
    for (;;) {
        if (Result<void> loaded = load(); !loaded) {
            return loaded;
        }
        if (!entry_) {
            break;
        }
        report(*entry_, "belongs to no file of the dump");
        pop();
    }
    if (!hashed_) {
        return {};
    }
    if (Result<void> drained = hashed_->drain(); !drained) {
        return drained;
    }
    check_counts(manifest);
    if (hashed_->bytes() != manifest.failures_bytes || sha256_.hex() != manifest.failures_sha256) {
        findings_.add(Reason::failures_differ, in_file(path_),
                      fmt::format("the list of failures has {} bytes, the manifest was written for "
                                  "{} bytes with another content",
                                  hashed_->bytes(), manifest.failures_bytes));
    }
    return {};
}

void FailureCursor::check_counts(const Manifest& manifest) {
    if (is_broken_) {
        return;
    }
    if (records_ != manifest.failures_records) {
        findings_.add(Reason::failures_differ, in_file(path_),
                      fmt::format("the list names {} records, the manifest {}", records_,
                                  manifest.failures_records));
    }
    std::map<std::string, std::uint64_t> expected = manifest.failures_by_reason;
    for (const auto& [reason, count] : by_reason_) {
        expected.try_emplace(reason, 0);
    }
    for (const auto& [reason, count] : expected) {
        const auto it = by_reason_.find(reason);
        const std::uint64_t listed = it == by_reason_.end() ? 0 : it->second;
        if (listed != count) {
            findings_.add(Reason::failures_differ, in_file(path_),
                          fmt::format("the list names {} records with reason {}, the manifest {}",
                                      listed, printable(reason), count));
        }
    }
}

Result<std::set<std::uint64_t>> failed_among(FileSystem& files, const FailureCursor& list,
                                             const std::string& file,
                                             const std::set<std::uint64_t>& wanted) {
    std::set<std::uint64_t> found;
    const Result<bool> is_there =
        wanted.empty() ? Result<bool>(false) : files.exists(list.path(), FilePurpose::reading);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return found;
    }
    Result<std::unique_ptr<File>> opened = files.open_read(list.path());
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**opened);
    FailureReader reader(*bytes, list.path(), list.max_line_bytes());
    for (;;) {
        const Result<std::optional<FailureEntry>> entry = reader.next();
        // A line that cannot be read has been reported by the first pass.
        if (!entry || !*entry) {
            return found;
        }
        if ((*entry)->file == file && (*entry)->id && wanted.contains((*entry)->id->value)) {
            found.insert((*entry)->id->value);
        }
    }
}

}  // namespace ffdump
