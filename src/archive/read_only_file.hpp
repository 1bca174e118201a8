// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"

#include <string>
#include <utility>

namespace ffdump {

/// A file in an archive: what is left to do is to read it at any place.
class ReadOnlyFile : public File {
 public:
    /// `identity` is the archive's; the file has its own size.
    ReadOnlyFile(std::string path, FileIdentity identity, std::uint64_t bytes)
        : path_(std::move(path)), identity_(identity) {
        identity_.size = bytes;
    }

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) final;
    [[nodiscard]] Result<void> write(std::string_view bytes) final;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) final;
    [[nodiscard]] Result<void> sync() final;
    [[nodiscard]] Result<FileIdentity> identity() final { return identity_; }
    [[nodiscard]] Result<bool> is_private() final { return false; }
    void drop_cache() final {}
    [[nodiscard]] Result<void> close() final { return {}; }
    [[nodiscard]] const std::string& path() const final { return path_; }

 protected:
    /// `out`, cut to what the file has from `offset` on.
    [[nodiscard]] std::span<char> within(std::span<char> out, std::uint64_t offset) const;

 private:
    std::string path_;
    FileIdentity identity_;
    std::uint64_t position_ = 0;
};

[[nodiscard]] Error archive_is_read_only(const std::string& path);
/// `source_changed`, for an archive that is another file than the one that was looked through.
[[nodiscard]] Error archive_changed(const std::string& archive);

}  // namespace ffdump
