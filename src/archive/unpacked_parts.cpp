// SPDX-License-Identifier: Apache-2.0
#include "unpacked_parts.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <span>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
/// As OutputDirectory::part() has them.
constexpr std::string_view kPartName = "unpacked-";
constexpr std::string_view kPartEnding = ".part";
constexpr std::string_view kHolder = "ffdump unpack";

}  // namespace

UnpackedParts::UnpackedParts(FileSystem& files, std::string directory)
    : files_(files),
      directory_(std::move(directory)),
      pending_(files, directory_.state_folder() + "/unpacking") {}

UnpackedParts::~UnpackedParts() {
    if (lock_ == nullptr) {
        return;
    }
    file_.reset();
    // Tidying up after an error that has been reported; what cannot be removed is without a
    // manifest, so no complete dump, and the next unpacking clears it away.
    bool is_clear = true;
    for (const Part& part : parts_) {
        is_clear = files_.remove(part.has_name ? part.name : part.part).has_value() && is_clear;
    }
    if (is_clear && sync_folders() && pending_.remove()) {
        static_cast<void>(files_.remove(directory_.lock()));
    }
}

Result<std::vector<std::string>> UnpackedParts::leftovers() {
    const std::string state = file_name_of(directory_.state_folder());
    std::vector<std::string> found;
    for (const auto& [folder, prefix] : {std::pair(directory_.path(), std::string()),
                                         std::pair(directory_.state_folder(), state + "/")}) {
        const Result<bool> is_there = files_.exists(folder, FilePurpose::writing);
        if (!is_there) {
            return failed(is_there.error());
        }
        if (!*is_there) {
            continue;
        }
        const Result<bool> is_folder = files_.is_directory(folder, FilePurpose::writing);
        if (!is_folder) {
            return failed(is_folder.error());
        }
        if (!*is_folder) {
            return failed(Error(Reason::output_occupied, "it is no directory").at_file(folder));
        }
        Result<std::vector<DirectoryEntry>> entries = files_.list(folder, FilePurpose::writing);
        if (!entries) {
            return failed(std::move(entries.error()));
        }
        for (const DirectoryEntry& entry : *entries) {
            const bool is_state = prefix.empty() && entry.name == state;
            if (!is_state || entry.kind != EntryKind::directory) {
                found.push_back(prefix + entry.name);
            }
        }
    }
    Result<std::vector<std::string>> pending = pending_.read();
    if (!pending) {
        return pending;
    }
    const auto is_ours = [&](const std::string& name) {
        const std::string path = directory_.file(name);
        return path == directory_.lock() || path == pending_.path() ||
               path == temporary_of(pending_.path()) ||
               (path.starts_with(directory_.state_folder() + "/" + std::string(kPartName)) &&
                path.ends_with(kPartEnding)) ||
               std::ranges::find(*pending, name) != pending->end();
    };
    const auto foreign = std::ranges::find_if_not(found, is_ours);
    if (foreign != found.end()) {
        return failed(Error(Reason::output_occupied,
                            fmt::format("the directory is not empty, it holds {}", *foreign))
                          .at_file(directory_.path()));
    }
    return found;
}

Result<void> UnpackedParts::clear() {
    // Looked at again, now that nobody else can write.
    Result<std::vector<std::string>> found = leftovers();
    if (!found) {
        return failed(std::move(found.error()));
    }
    for (const std::string& name : *found) {
        const std::string path = directory_.file(name);
        if (path == directory_.lock() || path == pending_.path()) {
            continue;
        }
        if (Result<void> removed = files_.remove(path); !removed) {
            return removed;
        }
    }
    if (found->empty()) {
        return {};
    }
    // The list goes last: after a power loss it must still say whose the others are.
    return sync_folders().and_then([this] { return pending_.remove(); });
}

Result<void> UnpackedParts::refuse_complete() {
    return files_.lock(directory_.lock(), kHolder)
        .and_then([this](std::unique_ptr<FileLock>&& lock) {
            lock_ = std::move(lock);
            return settle();
        })
        .and_then([this]() -> Result<void> {
            return failed(
                Error(Reason::output_occupied, "a complete dump was unpacked there before")
                    .at_file(directory_.path())
                    .hint("check it with ffdump verify, or give another directory"));
        });
}

Result<void> UnpackedParts::begin() {
    // A migration leaves its lock and has a journal, which no archive has.
    const auto is_there = [this](const std::string& path) {
        return files_.exists(path, FilePurpose::writing);
    };
    const Result<bool> has_list = is_there(pending_.path());
    const Result<bool> has_lock = is_there(directory_.lock());
    const Result<bool> has_journal = is_there(directory_.journal());
    const Result<bool> has_manifest = is_there(directory_.manifest());
    for (const auto* told : {&has_list, &has_lock, &has_journal, &has_manifest}) {
        if (!*told) {
            return failed(told->error());
        }
    }
    if (*has_manifest && (*has_list || (*has_lock && !*has_journal))) {
        return refuse_complete();
    }
    // Looked at before, so that nothing is put into a directory of somebody else.
    return leftovers()
        .and_then(
            [this](const auto&) { return files_.make_directories(directory_.state_folder()); })
        .and_then([this] { return files_.lock(directory_.lock(), kHolder); })
        .and_then([this](std::unique_ptr<FileLock>&& lock) {
            lock_ = std::move(lock);
            return clear();
        });
}

Result<void> UnpackedParts::open(const std::string& name) {
    Part part;
    part.name = directory_.file(name);
    part.part = directory_.part(fmt::format("{}{}", kPartName, parts_.size()));
    Result<std::unique_ptr<File>> file = files_.create(part.part);
    if (!file) {
        return failed(std::move(file.error()));
    }
    file_ = std::move(*file);
    parts_.push_back(std::move(part));
    return {};
}

Result<void> UnpackedParts::overwrite_beginning(std::string_view bytes) {
    Result<std::unique_ptr<File>> file = files_.open_update(parts_.back().part);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return (*file)->write(bytes).and_then([&] { return (*file)->sync(); }).and_then([&] {
        return (*file)->close();
    });
}

Result<std::string> UnpackedParts::close() {
    Result<void> closed = file_->sync().and_then([this] { return file_->close(); });
    if (!closed) {
        return failed(std::move(closed.error()));
    }
    Result<std::unique_ptr<File>> file = files_.open_read_back(parts_.back().part);
    if (!file) {
        return failed(std::move(file.error()));
    }
    (*file)->drop_cache();
    Sha256 sha256;
    // Aligned, so that the disk is read and not the cache.
    std::string memory(kChunkBytes + kDirectAlignment, '\0');
    void* aligned = memory.data();
    std::size_t room = memory.size();
    std::align(kDirectAlignment, kChunkBytes, aligned, room);
    const std::span<char> chunk(static_cast<char*>(aligned), kChunkBytes);
    for (;;) {
        Result<std::size_t> got = (*file)->read(chunk);
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            return sha256.hex();
        }
        sha256.add({chunk.data(), *got});
    }
}

Result<void> UnpackedParts::name_parts(const std::string& last) {
    const std::size_t prefix = directory_.file("").size();
    // With the temporary of the last one, which a crash may leave too.
    std::vector<std::string> names{temporary_of(last)};
    for (const Part& part : parts_) {
        names.push_back(part.name.substr(prefix));
    }
    if (Result<void> listed = pending_.write(names); !listed) {
        return listed;
    }
    for (Part& part : parts_) {
        if (Result<void> named = files_.rename_new(part.part, part.name); !named) {
            return named;
        }
        part.has_name = true;
    }
    return sync_folders();
}

Result<void> UnpackedParts::sync_folders() {
    return files_.sync_directory(directory_.path()).and_then([this] {
        return files_.sync_directory(directory_.state_folder());
    });
}

Result<void> UnpackedParts::settle() {
    parts_.clear();
    Result<void> settled =
        pending_.remove().and_then([this] { return files_.remove(directory_.lock()); });
    lock_ = nullptr;
    return settled;
}

Result<void> UnpackedParts::publish(const std::string& last, std::string_view last_text) {
    if (Result<void> named = name_parts(last); !named) {
        return named;
    }
    Result<void> complete = replace_file(files_, directory_.file(last), last_text);
    if (!complete) {
        // Once it may stand there, the files must: where it cannot be taken away, nothing is.
        const Result<void> withdrawn = files_.remove(directory_.file(last)).and_then([this] {
            return files_.sync_directory(directory_.state_folder());
        });
        if (!withdrawn) {
            lock_ = nullptr;
        }
        return complete;
    }
    return settle();
}

Result<void> UnpackedParts::publish_without_last() {
    return name_parts("").and_then([this] { return settle(); });
}

}  // namespace ffdump
