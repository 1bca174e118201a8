// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/archive/unpack_dump.hpp"
#include "ffdump/io/archive_reader.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>

namespace ffdump {

/// One file of a tar archive.
struct TarMember {
    std::size_t entry = 0;  ///< which one of the archive
    std::uint64_t bytes = 0;
    std::string begin;  ///< its first bytes, so that it can be recognised without another pass
};

/// One reading of a tar archive from its beginning on.
class TarPass {
 public:
    /// Fails with `source_changed` when the archive has another identity.
    [[nodiscard]] static Result<std::unique_ptr<TarPass>> open(FileSystem& files,
                                                               const std::string& archive,
                                                               const FileIdentity& identity);
    /// Whether this place is not behind.
    [[nodiscard]] bool can_reach(std::size_t entry, std::uint64_t offset) const noexcept;
    [[nodiscard]] Result<void> go_to(std::size_t entry, std::uint64_t offset);
    /// Fills `out` from where it stands.
    [[nodiscard]] Result<void> fill(std::span<char> out);

 private:
    TarPass() = default;

    std::string archive_;
    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> bytes_;
    std::unique_ptr<ArchiveReader> reader_;
    std::size_t entries_ = 0;     ///< met so far; the last one is being read
    std::uint64_t position_ = 0;  ///< in it
};

/// The dump files in a tar archive, plain or compressed, and those of its state folder. What is
/// compressed can only be read front to back: a pass that one file has done with serves the next
/// one that lies behind it, another begins anew. Thread-safe.
class TarMembers {
 public:
    /// Reads the archive to its end; nullptr when it is none. Fails with `source_unreadable` (not
    /// sound, two files of one name, too many), `interrupted`.
    [[nodiscard]] static Result<std::shared_ptr<TarMembers>> find(FileSystem& files,
                                                                  const std::string& archive,
                                                                  const UnpackProgress& progress);

    [[nodiscard]] const std::map<std::string, TarMember>& members() const noexcept {
        return members_;
    }
    /// A pass that stands before this place or at it.
    [[nodiscard]] Result<std::unique_ptr<TarPass>> pass_to(std::size_t entry, std::uint64_t offset);
    void give_back(std::unique_ptr<TarPass> pass);
    [[nodiscard]] const FileIdentity& identity() const noexcept { return identity_; }
    [[nodiscard]] const std::string& archive() const noexcept { return archive_; }

 private:
    TarMembers(FileSystem& files, std::string archive)
        : files_(files), archive_(std::move(archive)) {}
    [[nodiscard]] Result<bool> read_all(ArchiveReader& reader, const UnpackProgress& progress);
    [[nodiscard]] Result<TarMember> read_member(ArchiveReader& reader,
                                                const UnpackProgress& progress);
    [[nodiscard]] Result<void> add(std::string name, TarMember&& member);

    FileSystem& files_;
    std::string archive_;
    FileIdentity identity_;
    std::map<std::string, TarMember> members_;  ///< by name
    std::uint64_t bytes_ = 0;                   ///< of all members read so far
    std::uint64_t kept_ = 0;                    ///< of them in memory
    std::mutex mutex_;
    std::unique_ptr<TarPass> idle_;
};

}  // namespace ffdump
