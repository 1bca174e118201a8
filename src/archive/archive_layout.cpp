// SPDX-License-Identifier: Apache-2.0
#include "archive_layout.hpp"

#include "tar_header.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {

std::uint64_t ArchiveMember::end() const noexcept {
    return data_end() + tar_padding(bytes);
}

ArchiveLayout::ArchiveLayout(const Manifest& manifest, std::uint64_t manifest_bytes,
                             std::optional<std::uint64_t> signature_bytes) {
    add(kManifestMember, manifest_bytes, {});
    if (signature_bytes) {
        add(kSignatureMember, *signature_bytes, {});
    }
    add(kFailuresMember, manifest.failures_bytes, manifest.failures_sha256);
    for (const ManifestFile& file : manifest.files) {
        if (file.action != "drop") {
            add(target_name_of(manifest, file.name), file.target_bytes, file.target_sha256);
        }
    }
}

void ArchiveLayout::add(std::string path, std::uint64_t bytes, std::string sha256) {
    ArchiveMember member;
    member.header = tar_header(path, bytes);
    member.path = std::move(path);
    member.bytes = bytes;
    member.sha256 = std::move(sha256);
    member.header_at = members_.empty() ? 0 : members_.back().end();
    members_.push_back(std::move(member));
}

std::uint64_t ArchiveLayout::tar_bytes() const noexcept {
    return members_.back().end() + kTarEndBytes;
}

const ArchiveMember* ArchiveLayout::find(const std::string& path) const noexcept {
    const auto it = std::ranges::find(members_, path, &ArchiveMember::path);
    return it == members_.end() ? nullptr : &*it;
}

std::string ArchiveLayout::name_at(std::uint64_t place) const {
    const auto after = std::ranges::upper_bound(members_, place, {}, &ArchiveMember::header_at);
    return place >= members_.back().end() ? "the end of the archive" : (after - 1)->path;
}

}  // namespace ffdump
