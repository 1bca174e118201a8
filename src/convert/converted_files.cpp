// SPDX-License-Identifier: Apache-2.0
#include "converted_files.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kWriteBytes = std::size_t{1} << 20U;
constexpr std::string_view kLockName = ".convert.lock";
constexpr std::string_view kPartEnding = ".part";

bool is_part(const std::string& name) {
    return name.starts_with('.') && name.ends_with(kPartEnding);
}

/// What a run that was killed leaves is nobody's any more once its lock can be had.
bool is_leftover(const std::vector<DirectoryEntry>& entries) {
    const bool has_lock =
        std::ranges::find(entries, kLockName, &DirectoryEntry::name) != entries.end();
    return has_lock && std::ranges::all_of(entries, [](const DirectoryEntry& entry) {
               return entry.name == kLockName || is_part(entry.name);
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
    : files_(files), folder_(std::move(folder)) {}

ConvertedFiles::~ConvertedFiles() {
    // A hidden file that cannot be removed is left to the next run.
    for (const std::string& name : names_) {
        static_cast<void>(files_.remove(part_of(name)));
    }
    for (const std::string& name : published_) {
        static_cast<void>(files_.remove(join_path(folder_, name)));
    }
    if (lock_ != nullptr) {
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
    Result<std::vector<DirectoryEntry>> entries = files_.list(folder_);
    if (entries && !entries->empty() && !is_leftover(*entries)) {
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
    Result<std::unique_ptr<FileLock>> lock = files_.lock(lock_path(), "ffdump convert");
    if (!lock) {
        return failed(std::move(lock.error()));
    }
    lock_ = std::move(*lock);
    entries = leftovers();
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    for (const DirectoryEntry& entry : *entries) {
        if (!is_part(entry.name)) {
            continue;
        }
        if (Result<void> removed = files_.remove(join_path(folder_, entry.name)); !removed) {
            return removed;
        }
    }
    return {};
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
        .and_then([this] { return files_.remove(lock_path()); })
        .and_then([this] { return files_.sync_directory(folder_); })
        .map([this] {
            published_.clear();
            lock_ = nullptr;
        });
}

}  // namespace ffdump
