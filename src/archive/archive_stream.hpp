// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "archive_layout.hpp"
#include "frame_reader.hpp"

#include "ffdump/journal/manifest.hpp"

#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// Reads an archive front to back, member by member, as its manifest lays it out; anything else is
/// refused before it is used: another name, order or kind of member, a link, a size, bytes between
/// members. So nothing of a tar header is ever interpreted. One thread. `packed` must outlive it.
class ArchiveStream {
 public:
    ArchiveStream(ByteSource& packed, std::string name);

    /// Reads manifest and signature. Fails with `archive_damaged`, `archive_refused`,
    /// `manifest_invalid`. Nothing has been checked beyond the manifest's own checksum.
    [[nodiscard]] Result<void> open();
    [[nodiscard]] const Manifest& manifest() const noexcept { return manifest_; }
    [[nodiscard]] const std::string& manifest_text() const noexcept { return manifest_text_; }
    [[nodiscard]] const std::optional<std::string>& signature() const noexcept {
        return signature_;
    }
    [[nodiscard]] const ArchiveLayout& layout() const noexcept { return *layout_; }

    /// The next member behind manifest and signature; nullptr when the archive has ended as it
    /// must.
    [[nodiscard]] Result<const ArchiveMember*> next();
    /// Calls `take` for each member that is left, which may read it.
    [[nodiscard]] Result<void> for_each(
        const std::function<Result<void>(const ArchiveMember&)>& take);
    /// The next bytes of the member; empty at its end. Valid until the next call.
    [[nodiscard]] Result<std::string_view> read();
    /// Bytes of the archive read so far.
    [[nodiscard]] std::uint64_t position() const noexcept { return frames_.position(); }

 private:
    [[nodiscard]] Result<std::string_view> piece(std::uint64_t most);
    [[nodiscard]] Result<std::string> take(std::uint64_t count);
    [[nodiscard]] Result<std::string> take_member(std::uint64_t bytes);
    [[nodiscard]] Result<std::string> first_header();
    [[nodiscard]] Result<void> expect(const ArchiveMember& member, std::string_view header);
    [[nodiscard]] Result<void> expect_zeros(std::uint64_t count);
    [[nodiscard]] Error refused(const std::string& what) const;

    FrameReader frames_;
    std::string_view content_;  ///< of the frame at hand, what is left of it
    Manifest manifest_;
    std::string manifest_text_;
    std::optional<std::string> signature_;
    std::optional<ArchiveLayout> layout_;
    std::size_t next_member_ = 0;
    std::uint64_t left_ = 0;  ///< of the member's bytes
    std::uint64_t padding_ = 0;
    std::string doing_ = kManifestMember;
};

}  // namespace ffdump
