// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/file_system.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10U;

Result<void> write_and_close(FileSystem& files, const std::string& path, std::string_view bytes) {
    Result<std::unique_ptr<File>> file = files.create(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return (*file)->write(bytes).and_then([&] { return (*file)->sync(); }).and_then([&] {
        return (*file)->close();
    });
}

}  // namespace

Result<bool> is_no_folder(FileSystem& files, const std::string& path, FilePurpose purpose) {
    Result<bool> is_there = files.exists(path, purpose);
    if (!is_there || !*is_there) {
        return is_there;
    }
    return files.is_directory(path, purpose).map([](bool is_folder) { return !is_folder; });
}

Result<bool> any_exists(FileSystem& files, std::span<const std::string> paths,
                        FilePurpose purpose) {
    for (const std::string& path : paths) {
        if (Result<bool> is_there = files.exists(path, purpose); !is_there || *is_there) {
            return is_there;
        }
    }
    return false;
}

Result<std::string> read_small_file(FileSystem& files, const std::string& path, std::size_t limit) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return read_small_file(**file, limit);
}

Result<std::string> read_small_file(File& file, std::size_t limit) {
    std::string bytes;
    for (;;) {
        // Asked in pieces and not by the size that fstat names: files under /proc say 0.
        const std::size_t before = bytes.size();
        bytes.resize(before + kChunkBytes);
        Result<std::size_t> got = file.read({bytes.data() + before, kChunkBytes});
        if (!got) {
            return failed(std::move(got.error()));
        }
        bytes.resize(before + *got);
        if (bytes.size() > limit) {
            return failed(Error(Reason::config_unreadable,
                                fmt::format("the file has more than {} bytes", limit))
                              .at_file(file.path()));
        }
        if (*got == 0) {
            return bytes;
        }
    }
}

std::string temporary_of(const std::string& path) {
    return path + ".new";
}

Result<void> replace_file(FileSystem& files, const std::string& path, std::string_view bytes) {
    const std::string temporary = temporary_of(path);
    Result<void> done = write_and_close(files, temporary, bytes).and_then([&] {
        return files.rename(temporary, path);
    });
    if (!done) {
        // The first error is the one that tells why; this is only tidying up.
        static_cast<void>(files.remove(temporary));
        return done;
    }
    return files.sync_directory(folder_of(path));
}

}  // namespace ffdump
