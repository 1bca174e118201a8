// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/images/image_store.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/io/random_bytes.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Where in an archive the headers of its files are, in a file beside it (formats/tar_index.md):
/// 16 bytes a file, sorted by a hash of the name, so that a look-up is a few reads and no memory.
/// One thread.
class TarIndex {
 public:
    /// Opens `path` if it is the index of `archive` as it is now; null when it is none or of
    /// another archive.
    [[nodiscard]] static Result<std::unique_ptr<TarIndex>> open(FileSystem& files,
                                                                const std::string& path,
                                                                const FileIdentity& archive);
    /// Walks once over the archive and writes `path`. Memory: 16 bytes a file while it works.
    [[nodiscard]] static Result<void> make(FileSystem& files, const std::string& path,
                                           const FileIdentity& archive, RandomBytes& bytes,
                                           const MakingProgress& progress);

    /// Headers of files whose names have the hash of `name`, the last in the archive first: a file
    /// that was appended again replaces the earlier one. Names must be compared by the caller.
    [[nodiscard]] Result<std::vector<std::uint64_t>> find(std::string_view name) const;
    /// Longest folder that all files lie in; empty when there is none.
    [[nodiscard]] const std::string& common_folder() const noexcept { return common_folder_; }

 private:
    TarIndex(std::unique_ptr<File> file, std::string common_folder, std::uint64_t entries)
        : file_(std::move(file)), common_folder_(std::move(common_folder)), entries_(entries) {}

    std::unique_ptr<File> file_;
    std::string common_folder_;
    std::uint64_t entries_;
};

}  // namespace ffdump
