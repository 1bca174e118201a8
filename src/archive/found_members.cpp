// SPDX-License-Identifier: Apache-2.0
#include "found_members.hpp"

#include "tar_header.hpp"

#include "ffdump/journal/manifest_trust.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// A block of the tar stream as far as it is there.
Result<std::string> block_at(TarPieces& pieces, std::uint64_t place) {
    return pieces.bytes({place, place + kTarBlockBytes})
        .map([](const std::optional<std::string>& bytes) { return bytes.value_or(""); });
}

Result<std::optional<std::string>> manifest_text_in(TarPieces& pieces) {
    Result<std::string> header = block_at(pieces, 0);
    if (!header) {
        return failed(std::move(header.error()));
    }
    const std::optional<std::uint64_t> bytes = size_in_tar_header(*header, kManifestMember);
    if (!bytes || *bytes > kMostManifestBytes) {
        return std::nullopt;
    }
    return pieces.bytes({kTarBlockBytes, kTarBlockBytes + *bytes});
}

/// Without a manifest a size is what a header says, and is only added to.
constexpr std::uint64_t kMostBelievedBytes = std::uint64_t{1} << 56U;

/// A name that a dump file may have beside `.ffdump`.
bool is_safe_name(std::string_view name) {
    return !name.empty() && !name.starts_with('.') && name.find('/') == std::string_view::npos;
}

/// As much of the stream from `place` on as is there without a gap, a header's size at most.
Result<std::string> header_at(TarPieces& pieces, std::uint64_t place) {
    const std::vector<TarRange> there = pieces.runs({place, place + kMostTarHeaderBytes});
    return pieces.bytes(there.front()).map([](const std::optional<std::string>& bytes) {
        return bytes.value_or("");
    });
}

/// Every member begins a frame: so do the headers that are left.
Result<std::vector<ArchiveMember>> members_by_headers(TarPieces& pieces) {
    std::vector<ArchiveMember> members;
    for (const FoundFrame& frame : pieces.frames()) {
        Result<std::string> text = header_at(pieces, frame.tar_at);
        if (!text) {
            return failed(std::move(text.error()));
        }
        std::optional<TarHeader> header = read_tar_header(*text);
        const bool is_ours = header && header->bytes <= kMostBelievedBytes &&
                             (is_safe_name(header->path) || header->path == kFailuresMember);
        if (is_ours &&
            std::ranges::find(members, header->path, &ArchiveMember::path) == members.end()) {
            members.push_back(
                {header->path, header->bytes, {}, std::move(header->text), frame.tar_at});
        }
    }
    return members;
}

Result<std::optional<std::uint64_t>> signature_bytes_in(TarPieces& pieces, std::size_t text_bytes) {
    const std::uint64_t place = kTarBlockBytes + text_bytes + tar_padding(text_bytes);
    return block_at(pieces, place).map([](const std::string& header) {
        const auto bytes = size_in_tar_header(header, kSignatureMember);
        return bytes && *bytes <= kMostSignatureBytes ? bytes : std::nullopt;
    });
}

}  // namespace

Result<FoundMembers> find_members(TarPieces& pieces) {
    FoundMembers found;
    Result<std::optional<std::string>> text = manifest_text_in(pieces);
    if (!text) {
        return failed(std::move(text.error()));
    }
    if (*text) {
        found.manifest_text = std::move(**text);
        if (Result<Manifest> manifest = parse_manifest(found.manifest_text)) {
            found.manifest = std::move(*manifest);
        }
    }
    if (found.manifest) {
        Result<std::optional<std::uint64_t>> signature =
            signature_bytes_in(pieces, found.manifest_text.size());
        if (!signature) {
            return failed(std::move(signature.error()));
        }
        found.members =
            ArchiveLayout(*found.manifest, found.manifest_text.size(), *signature).members();
        return found;
    }
    Result<std::vector<ArchiveMember>> members = members_by_headers(pieces);
    if (!members) {
        return failed(std::move(members.error()));
    }
    if (members->empty()) {
        return failed(Error(Reason::archive_damaged,
                            "neither the manifest nor the beginning of any file is left")
                          .hint("take another copy of the archive"));
    }
    found.members = std::move(*members);
    return found;
}

}  // namespace ffdump
