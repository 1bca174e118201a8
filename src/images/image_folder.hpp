// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <cstddef>
#include <string>
#include <utility>

namespace ffdump {

/// Owner of a descriptor; -1 = none.
class ImageDescriptor {
 public:
    ImageDescriptor() = default;
    explicit ImageDescriptor(int number) noexcept : number_(number) {}
    ImageDescriptor(ImageDescriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
    ImageDescriptor& operator=(ImageDescriptor&& other) noexcept;
    ImageDescriptor(const ImageDescriptor&) = delete;
    ImageDescriptor& operator=(const ImageDescriptor&) = delete;
    ~ImageDescriptor();

    [[nodiscard]] int number() const noexcept { return number_; }
    [[nodiscard]] bool is_open() const noexcept { return number_ >= 0; }

 private:
    int number_ = -1;
};

/// How names are kept beneath the folder: by the kernel in one call, or part by part where that
/// call is not there (Linux before 5.6, some containers).
enum class FolderWalk : unsigned char { kernel, by_part };

/// A folder whose files are read and never left by any name, link or mount trick. Thread-safe.
///
/// Beside io's FileSystem and not in it: that seam opens paths of the operator, this one opens
/// names of an untrusted dump, which must not be resolved like paths.
class ImageFolder {
 public:
    /// Fails with `storage_unreadable`, `out_of_descriptors`.
    [[nodiscard]] static Result<ImageFolder> open(const std::string& path);

    /// Whole file. `name` has been checked by check_image_id. Fails with `image_missing`,
    /// `image_id_invalid` (a link or no regular file), `image_too_large` (over `max_bytes`),
    /// `storage_unreadable`, `out_of_descriptors`.
    [[nodiscard]] Result<std::string> read(const std::string& name, std::size_t max_bytes) const;

    /// Whether `read` would find a file, without its bytes; the same errors.
    [[nodiscard]] Result<void> check(const std::string& name, std::size_t max_bytes) const;
    /// Whether there is a folder of this name. Fails with `storage_unreadable`,
    /// `out_of_descriptors` where the storage does not tell.
    [[nodiscard]] Result<bool> has_folder(const std::string& name) const;

    [[nodiscard]] FolderWalk walk() const noexcept { return walk_; }
    void use_walk(FolderWalk walk) noexcept { walk_ = walk; }

 private:
    explicit ImageFolder(ImageDescriptor folder);

    [[nodiscard]] ImageDescriptor open_file(const std::string& name) const;
    [[nodiscard]] ImageDescriptor open_by_kernel(const std::string& name) const;
    [[nodiscard]] ImageDescriptor open_by_part(const std::string& name) const;
    [[nodiscard]] Error open_error(int number) const;

    ImageDescriptor folder_;
    FolderWalk walk_ = FolderWalk::kernel;
};

}  // namespace ffdump
