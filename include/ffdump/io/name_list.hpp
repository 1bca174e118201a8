// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <string>
#include <vector>

namespace ffdump {

/// The names that the files of a new directory are about to get. Written before the first of them
/// is given, it tells the run after a crash which files are its own unfinished work. Not
/// thread-safe: whoever writes or reads it holds the directory's lock.
///
/// On the disk: every name, relative to the directory, with a NUL behind it.
class NameList {
 public:
    /// `path` is the list's own; `files` must outlive it.
    NameList(FileSystem& files, std::string path) : files_(files), path_(std::move(path)) {}

    /// Durable, and whole or not there.
    [[nodiscard]] Result<void> write(const std::vector<std::string>& names);
    /// None when there is no list. Fails with `output_occupied` when it is not one, or holds a name
    /// that leads out of the directory; with `output_unwritable` when it cannot be read.
    [[nodiscard]] Result<std::vector<std::string>> read();
    /// Durable; not an error when it is not there.
    [[nodiscard]] Result<void> remove();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }

 private:
    FileSystem& files_;
    std::string path_;
};

}  // namespace ffdump
