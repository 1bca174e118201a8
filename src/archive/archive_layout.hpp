// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/journal/manifest.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

inline constexpr const char* kManifestMember = ".ffdump/manifest.json";
inline constexpr const char* kSignatureMember = ".ffdump/manifest.json.minisig";
inline constexpr const char* kFailuresMember = ".ffdump/failures.jsonl";

/// One file of an archive and where it lies in the tar stream.
struct ArchiveMember {
    std::string path;
    std::uint64_t bytes = 0;
    std::string sha256;  ///< by the manifest; empty for manifest and signature
    std::string header;
    std::uint64_t header_at = 0;

    [[nodiscard]] std::uint64_t data_at() const noexcept { return header_at + header.size(); }
    [[nodiscard]] std::uint64_t data_end() const noexcept { return data_at() + bytes; }
    /// Where the next header, or the archive's end, begins.
    [[nodiscard]] std::uint64_t end() const noexcept;
};

/// Everything about an archive follows from its manifest: formats/archive.md.
class ArchiveLayout {
 public:
    ArchiveLayout(const Manifest& manifest, std::uint64_t manifest_bytes,
                  std::optional<std::uint64_t> signature_bytes);

    /// The manifest, the signature if there is one, the failures, then the files.
    [[nodiscard]] const std::vector<ArchiveMember>& members() const noexcept { return members_; }
    /// Of the whole tar stream, its end included.
    [[nodiscard]] std::uint64_t tar_bytes() const noexcept;
    [[nodiscard]] const ArchiveMember* find(const std::string& path) const noexcept;
    /// What stands at a place of the tar stream, for messages.
    [[nodiscard]] std::string name_at(std::uint64_t place) const;

 private:
    void add(std::string path, std::uint64_t bytes, std::string sha256);

    std::vector<ArchiveMember> members_;
};

}  // namespace ffdump
