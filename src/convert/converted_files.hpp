// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/io/name_list.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// One file in the making: packs and writes what comes. One thread.
class PackedFile {
 public:
    PackedFile(std::unique_ptr<File> file, const Compression& compression);

    [[nodiscard]] Result<void> add(std::string_view bytes);
    /// All of it is on the disk then.
    [[nodiscard]] Result<void> finish();
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
    [[nodiscard]] Result<void> write_if(bool is_due);

    std::unique_ptr<File> file_;
    std::unique_ptr<BytePacker> packer_;
    std::string packed_;
    std::uint64_t bytes_ = 0;
    bool is_packed_;
};

/// The files of a new directory: under hidden names until publish(), gone after anything else. One
/// thread.
class ConvertedFiles {
 public:
    ConvertedFiles(FileSystem& files, std::string folder);
    /// Removes everything, unless publish() succeeded.
    ~ConvertedFiles();
    ConvertedFiles(const ConvertedFiles&) = delete;
    ConvertedFiles& operator=(const ConvertedFiles&) = delete;

    /// Makes the folder, which must hold nothing but what a killed run left. Fails with
    /// `output_occupied`, `lock_held`.
    [[nodiscard]] Result<void> open();
    /// Fails with `usage_error` when there is one of that name already.
    [[nodiscard]] Result<std::unique_ptr<PackedFile>> create(const std::string& name,
                                                             const Compression& compression);
    /// Gives all files their names, durably; every one must be finished.
    [[nodiscard]] Result<void> publish();

 private:
    /// What is in the folder, when that is nothing or what a killed run left.
    [[nodiscard]] Result<std::vector<DirectoryEntry>> leftovers();
    [[nodiscard]] std::string part_of(const std::string& name) const;
    [[nodiscard]] std::string lock_path() const;

    FileSystem& files_;
    std::string folder_;
    NameList pending_;
    std::unique_ptr<FileLock> lock_;
    std::vector<std::string> names_;      ///< of files under hidden names
    std::vector<std::string> published_;  ///< of files that publish() gave theirs
};

}  // namespace ffdump
