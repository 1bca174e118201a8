// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "descriptor.hpp"

#include "ffdump/io/file_system.hpp"

#include <optional>
#include <string>

namespace ffdump {

/// A regular file behind a descriptor: write(2) itself, no buffers in between. Files for writing
/// were opened with O_APPEND, so that a truncation is never followed by a hole.
class PosixFile final : public File {
 public:
    PosixFile(Descriptor descriptor, std::string path, FilePurpose purpose)
        : descriptor_(std::move(descriptor)), path_(std::move(path)), purpose_(purpose) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override;
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override;
    [[nodiscard]] Result<void> write(std::string_view bytes) override;
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override;
    [[nodiscard]] Result<void> sync() override;
    [[nodiscard]] Result<FileIdentity> identity() override;
    [[nodiscard]] Result<bool> is_private() override;
    void drop_cache() override;
    [[nodiscard]] Result<void> close() override;
    [[nodiscard]] const std::string& path() const override { return path_; }

 private:
    [[nodiscard]] Error error(int code, std::string_view action) const;
    [[nodiscard]] ssize_t read_piece(std::span<char> out, std::uint64_t offset);
    [[nodiscard]] bool set_direct(bool direct);
    void leave_direct();

    Descriptor descriptor_;
    std::string path_;
    FilePurpose purpose_;
    std::uint64_t position_ = 0;  // of read(); the kernel's own belongs to appending
    bool is_direct_ = false;      // reads go past the cache
    std::optional<Error> sync_failure_;
};

}  // namespace ffdump
