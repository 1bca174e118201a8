// SPDX-License-Identifier: Apache-2.0
#include "unpacked_parts.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <cstddef>
#include <span>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;

}  // namespace

UnpackedParts::~UnpackedParts() {
    if (is_published_) {
        return;
    }
    file_.reset();
    // Tidying up after an error that has been reported; what cannot be removed stays without a
    // manifest and so is no complete dump.
    for (const Part& part : parts_) {
        static_cast<void>(files_.remove(part.has_name ? part.name : part.part));
    }
}

Result<void> UnpackedParts::begin() {
    const std::string& path = directory_.path();
    if (files_.exists(path)) {
        Result<std::vector<DirectoryEntry>> entries = files_.list(path);
        if (!entries) {
            return failed(Error(Reason::output_occupied, entries.error().detail()).at_file(path));
        }
        // What an unpacking that failed leaves is an empty .ffdump.
        for (const DirectoryEntry& entry : *entries) {
            const bool is_ours = entry.name == ".ffdump" && entry.kind == EntryKind::directory &&
                                 files_.list(directory_.state_folder())
                                     .map([](const auto& inside) { return inside.empty(); })
                                     .value_or(false);
            if (!is_ours) {
                return failed(
                    Error(Reason::output_occupied, "the directory is not empty").at_file(path));
            }
        }
    }
    return files_.make_directories(directory_.state_folder());
}

Result<void> UnpackedParts::open(const std::string& name) {
    Part part;
    part.name = directory_.file(name);
    part.part = directory_.part(fmt::format("unpacked-{}", parts_.size()));
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

Result<void> UnpackedParts::name_parts() {
    for (Part& part : parts_) {
        if (Result<void> named = files_.rename_new(part.part, part.name); !named) {
            return named;
        }
        part.has_name = true;
    }
    return files_.sync_directory(directory_.path()).and_then([this] {
        return files_.sync_directory(directory_.state_folder());
    });
}

Result<void> UnpackedParts::publish(const std::string& last, std::string_view last_text) {
    if (Result<void> named = name_parts(); !named) {
        return named;
    }
    Result<void> complete = replace_file(files_, directory_.file(last), last_text);
    // Once it may stand there, the files must: where it cannot be taken away, nothing is.
    is_published_ = complete || !files_.remove(directory_.file(last)).and_then([this] {
        return files_.sync_directory(directory_.state_folder());
    });
    return complete;
}

Result<void> UnpackedParts::publish_without_last() {
    return name_parts().map([this] { is_published_ = true; });
}

}  // namespace ffdump
