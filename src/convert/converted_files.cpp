// SPDX-License-Identifier: Apache-2.0
#include "converted_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20U;
constexpr std::string_view kLockName = ".convert.lock";
constexpr std::string_view kListName = ".convert.names";
constexpr std::string_view kHolder = "ffdump convert";
constexpr std::string_view kPartEnding = ".part";

bool is_part(const std::string& name) {
    return name.starts_with('.') && name.ends_with(kPartEnding);
}

bool has(const std::vector<DirectoryEntry>& entries, std::string_view name) {
    return std::ranges::find(entries, name, &DirectoryEntry::name) != entries.end();
}

/// What a run that was killed leaves is nobody's any more once its lock can be had. `names`: those
/// that it was about to give.
bool is_leftover(const std::vector<DirectoryEntry>& entries,
                 const std::vector<std::string>& names) {
    return has(entries, kLockName) &&
           std::ranges::all_of(entries, [&names](const DirectoryEntry& entry) {
               return entry.name == kLockName || entry.name == kListName ||
                      entry.name == temporary_of(std::string(kListName)) || is_part(entry.name) ||
                      std::ranges::find(names, entry.name) != names.end();
           });
}

}  // namespace

PackedFile::PackedFile(std::unique_ptr<File> file, const Compression& compression)
    : file_(std::move(file)),
      packer_(make_byte_packer(compression)),
      is_packed_(compression.kind != Compression::Kind::none) {}

Result<void> PackedFile::write_if(bool is_due) {
    if (!is_due || packed_.empty()) {
        return {};
    }
    Result<void> written = file_->write(packed_);
    packed_.clear();
    return written;
}

Result<void> PackedFile::add(std::string_view bytes) {
    bytes_ += bytes.size();
    return packer_->add(packed_, bytes).and_then([this] {
        return write_if(packed_.size() >= kWriteBytes);
    });
}

Result<void> PackedFile::finish() {
    Result<void> ended =
        bytes_ == 0 && is_packed_ ? packer_->empty_frame(packed_) : packer_->end_frame(packed_);
    return ended.and_then([this] { return write_if(true); })
        .and_then([this] { return file_->sync(); })
        .and_then([this] { return file_->close(); });
}

ConvertedFiles::ConvertedFiles(FileSystem& files, std::string folder)
    : files_(files), folder_(std::move(folder)), pending_(files, join_path(folder_, kListName)) {}

ConvertedFiles::~ConvertedFiles() {
    if (lock_ == nullptr) {
        return;
    }
    // What cannot be removed is left to the next run, with the list that says whose it is.
    bool is_clear = true;
    for (const std::string& name : names_) {
        is_clear = files_.remove(part_of(name)).has_value() && is_clear;
    }
    for (const std::string& name : published_) {
        is_clear = files_.remove(join_path(folder_, name)).has_value() && is_clear;
    }
    if (is_clear && files_.sync_directory(folder_) && pending_.remove()) {
        static_cast<void>(files_.remove(lock_path()));
    }
}

std::string ConvertedFiles::part_of(const std::string& name) const {
    return join_path(folder_, "." + name + std::string(kPartEnding));
}

std::string ConvertedFiles::lock_path() const {
    return join_path(folder_, kLockName);
}

Result<std::vector<DirectoryEntry>> ConvertedFiles::leftovers() {
    Result<std::vector<DirectoryEntry>> entries = files_.list(folder_, FilePurpose::writing);
    if (!entries) {
        return entries;
    }
    Result<std::vector<std::string>> names = pending_.read();
    if (!names) {
        return failed(std::move(names.error()));
    }
    if (!entries->empty() && !is_leftover(*entries, *names)) {
        // The list goes when all names are durable; a process killed then leaves its lock alone.
        if (has(*entries, kLockName) && !has(*entries, kListName)) {
            static_cast<void>(files_.lock(lock_path(), kHolder).and_then([this](const auto&) {
                return files_.remove(lock_path());
            }));
        }
        return failed(
            Error(Reason::output_occupied, "the directory is not empty").at_file(folder_));
    }
    return entries;
}

Result<void> ConvertedFiles::open() {
    if (Result<void> made = files_.make_directories(folder_); !made) {
        return made;
    }
    // Looked at before, so that nothing is put into a directory of somebody else, and again when
    // nobody else can write.
    Result<std::vector<DirectoryEntry>> entries = leftovers();
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    Result<std::unique_ptr<FileLock>> lock = files_.lock(lock_path(), kHolder);
    if (!lock) {
        return failed(std::move(lock.error()));
    }
    lock_ = std::move(*lock);
    entries = leftovers();
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    for (const DirectoryEntry& entry : *entries) {
        if (entry.name == kLockName || entry.name == kListName) {
            continue;
        }
        if (Result<void> removed = files_.remove(join_path(folder_, entry.name)); !removed) {
            return removed;
        }
    }
    // The lock's name is durable before any other, and the list goes after them: after a power loss
    // they say whose the others are.
    return files_.sync_directory(folder_).and_then(
        [&] { return has(*entries, kListName) ? pending_.remove() : Result<void>(); });
}

Result<std::unique_ptr<PackedFile>> ConvertedFiles::create(const std::string& name,
                                                           const Compression& compression) {
    if (std::ranges::find(names_, name) != names_.end()) {
        return failed(
            Error(Reason::usage_error, fmt::format("two files would be written as {}", name))
                .hint("convert them one by one into different directories"));
    }
    names_.push_back(name);
    Result<std::unique_ptr<File>> file = files_.create(part_of(name));
    if (!file) {
        return failed(std::move(file.error()));
    }
    return std::make_unique<PackedFile>(std::move(*file), compression);
}

Result<void> ConvertedFiles::publish() {
    if (Result<void> listed = pending_.write(names_); !listed) {
        return listed;
    }
    while (!names_.empty()) {
        const std::string& name = names_.back();
        Result<void> renamed = files_.rename_new(part_of(name), join_path(folder_, name));
        if (!renamed) {
            return renamed;
        }
        published_.push_back(name);
        names_.pop_back();
    }
    // The lock says that the names are not all there yet, so it goes once they are durable.
    return files_.sync_directory(folder_)
        .and_then([this] { return pending_.remove(); })
        .and_then([this] { return files_.remove(lock_path()); })
        .and_then([this] { return files_.sync_directory(folder_); })
        .map([this] {
            published_.clear();
            lock_ = nullptr;
        });
}

}  // namespace ffdump
