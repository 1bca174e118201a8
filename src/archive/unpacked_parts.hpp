// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/io/name_list.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The files of a directory that is being filled: parts under `.ffdump` until publish(), which
/// gives all of them their names. What is not published goes with the object, and what a killed
/// process left goes when the next one begins. One thread.
class UnpackedParts {
 public:
    UnpackedParts(FileSystem& files, std::string directory);
    ~UnpackedParts();
    UnpackedParts(const UnpackedParts&) = delete;
    UnpackedParts& operator=(const UnpackedParts&) = delete;

    /// Makes the directory. Fails with `output_occupied` when there is anything in it but what an
    /// unpacking that was killed left, `lock_held` when one is at work there.
    [[nodiscard]] Result<void> begin();
    /// `name` within the directory.
    [[nodiscard]] Result<void> open(const std::string& name);
    [[nodiscard]] Result<void> write(std::string_view bytes) { return file_->write(bytes); }
    /// Over the first bytes that were written.
    [[nodiscard]] Result<void> overwrite_beginning(std::string_view bytes);
    /// Synced, and read back from the disk: its SHA-256.
    [[nodiscard]] Result<std::string> close();
    /// In the order in which they were opened; then `last`, whose presence makes it complete.
    [[nodiscard]] Result<void> publish(const std::string& last, std::string_view last_text);

    /// The same without a last one: the directory is not complete.
    [[nodiscard]] Result<void> publish_without_last();

    [[nodiscard]] const OutputDirectory& directory() const noexcept { return directory_; }

 private:
    struct Part {
        std::string part;
        std::string name;
        bool has_name = false;
    };

    /// What is in the directory, when that is nothing or what a killed process left.
    [[nodiscard]] Result<std::vector<std::string>> leftovers();
    /// A process was killed when all was done but to take list and lock away.
    [[nodiscard]] Result<void> refuse_complete();
    [[nodiscard]] Result<void> clear();
    [[nodiscard]] Result<void> name_parts(const std::string& last);
    [[nodiscard]] Result<void> sync_folders();
    /// Nothing is unfinished any more.
    [[nodiscard]] Result<void> settle();

    FileSystem& files_;
    OutputDirectory directory_;
    NameList pending_;
    std::unique_ptr<FileLock> lock_;
    std::vector<Part> parts_;
    std::unique_ptr<File> file_;
};

}  // namespace ffdump
