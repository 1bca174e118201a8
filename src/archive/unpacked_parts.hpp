// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The files of a directory that is being filled: parts under `.ffdump` until publish(), which
/// gives all of them their names. What is not published goes with the object. One thread.
class UnpackedParts {
 public:
    UnpackedParts(FileSystem& files, std::string directory)
        : files_(files), directory_(std::move(directory)) {}
    ~UnpackedParts();
    UnpackedParts(const UnpackedParts&) = delete;
    UnpackedParts& operator=(const UnpackedParts&) = delete;

    /// Makes the directory; `output_occupied` when there is anything in it.
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

    [[nodiscard]] Result<void> name_parts();

    FileSystem& files_;
    OutputDirectory directory_;
    std::vector<Part> parts_;
    std::unique_ptr<File> file_;
    bool is_published_ = false;
};

}  // namespace ffdump
