// SPDX-License-Identifier: Apache-2.0
#include "archive_stream.hpp"

#include "tar_header.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/journal/manifest_trust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// The name in a header that is not the one expected, for the message.
std::string name_in(std::string_view header) {
    constexpr std::size_t kNameBytes = 100;
    const std::string_view name = header.substr(0, kNameBytes);
    return printable(name.substr(0, name.find('\0')));
}

}  // namespace

ArchiveStream::ArchiveStream(ByteSource& packed, std::string name)
    : frames_(packed, std::move(name)) {}

Error ArchiveStream::refused(const std::string& what) const {
    return frames_.error(Reason::archive_refused, what);
}

Result<std::string_view> ArchiveStream::piece(std::uint64_t most) {
    if (content_.empty()) {
        Result<std::string_view> next = frames_.next();
        if (!next) {
            return failed(std::move(next.error()).while_doing("reading " + printable(doing_)));
        }
        if (next->empty()) {
            return failed(refused("the archive ends, and there should be more of " + doing_));
        }
        content_ = *next;
    }
    const std::string_view taken = content_.substr(
        0, static_cast<std::size_t>(std::min<std::uint64_t>(most, content_.size())));
    content_.remove_prefix(taken.size());
    return taken;
}

Result<std::string> ArchiveStream::take(std::uint64_t count) {
    std::string bytes;
    while (bytes.size() < count) {
        Result<std::string_view> more = piece(count - bytes.size());
        if (!more) {
            return failed(std::move(more.error()));
        }
        bytes.append(*more);
    }
    return bytes;
}

Result<void> ArchiveStream::expect_zeros(std::uint64_t count) {
    Result<std::string> bytes = take(count);
    if (!bytes) {
        return failed(std::move(bytes.error()));
    }
    const bool is_zero = bytes->find_first_not_of('\0') == std::string::npos;
    return is_zero ? Result<void>()
                   : failed(refused("bytes that belong to nothing behind " + doing_));
}

Result<std::string> ArchiveStream::take_member(std::uint64_t bytes) {
    Result<std::string> text = take(bytes);
    if (!text) {
        return text;
    }
    if (Result<void> zeros = expect_zeros(tar_padding(bytes)); !zeros) {
        return failed(std::move(zeros.error()));
    }
    if (!content_.empty()) {
        return failed(refused("a member that does not begin a frame behind " + doing_));
    }
    return text;
}

/// Behind the manifest stands the signature or the list of failures: which, its header says.
Result<std::string> ArchiveStream::first_header() {
    Result<std::string> header = take(kTarBlockBytes);
    if (!header) {
        return header;
    }
    const std::optional<std::uint64_t> bytes = size_in_tar_header(*header, kSignatureMember);
    if (!bytes || *bytes > kMostSignatureBytes) {
        return header;
    }
    doing_ = kSignatureMember;
    Result<std::string> text = take_member(*bytes);
    if (!text) {
        return text;
    }
    signature_ = std::move(*text);
    return take(kTarBlockBytes);
}

Result<void> ArchiveStream::open() {
    Result<std::string> header = take(kTarBlockBytes);
    if (!header) {
        return failed(std::move(header.error()));
    }
    const std::optional<std::uint64_t> bytes = size_in_tar_header(*header, kManifestMember);
    if (!bytes || *bytes > kMostManifestBytes) {
        return failed(refused("the first member is not the manifest"));
    }
    Result<std::string> text = take_member(*bytes);
    if (!text) {
        return failed(std::move(text.error()));
    }
    manifest_text_ = std::move(*text);
    Result<Manifest> manifest = parse_manifest(manifest_text_);
    if (!manifest) {
        return failed(frames_.error(manifest.error().reason(), manifest.error().detail()));
    }
    manifest_ = std::move(*manifest);
    Result<std::string> failures = first_header();
    if (!failures) {
        return failed(std::move(failures.error()));
    }
    layout_.emplace(manifest_, manifest_text_.size(),
                    signature_ ? std::optional<std::uint64_t>(signature_->size()) : std::nullopt);
    next_member_ = signature_ ? 2 : 1;
    return expect(layout_->members()[next_member_], *failures);
}

Result<void> ArchiveStream::expect(const ArchiveMember& member, std::string_view header) {
    doing_ = member.path;
    if (header != member.header) {
        return failed(refused(fmt::format("{} of {} bytes should stand here, and there is {}",
                                          printable(member.path), member.bytes, name_in(header))));
    }
    left_ = member.bytes;
    padding_ = tar_padding(member.bytes);
    return {};
}

Result<void> ArchiveStream::for_each(
    const std::function<Result<void>(const ArchiveMember&)>& take) {
    for (;;) {
        const Result<const ArchiveMember*> member = next();
        if (!member) {
            return failed(member.error());
        }
        if (*member == nullptr) {
            return {};
        }
        if (Result<void> taken = take(**member); !taken) {
            return taken;
        }
    }
}

Result<std::string_view> ArchiveStream::read() {
    if (left_ == 0) {
        return std::string_view();
    }
    Result<std::string_view> bytes = piece(left_);
    if (bytes) {
        left_ -= bytes->size();
    }
    return bytes;
}

Result<const ArchiveMember*> ArchiveStream::next() {
    const std::vector<ArchiveMember>& members = layout_->members();
    const std::size_t first = signature_ ? 2 : 1;
    if (next_member_ == first) {
        return &members[next_member_++];  // its header was read by open()
    }
    if (Result<void> zeros = expect_zeros(padding_); !zeros) {
        return failed(std::move(zeros.error()));
    }
    if (!content_.empty()) {
        return failed(refused("a member that does not begin a frame behind " + doing_));
    }
    if (next_member_ < members.size()) {
        const ArchiveMember& member = members[next_member_++];
        doing_ = member.path;
        Result<void> met = take(member.header.size()).and_then([&](const std::string& header) {
            return expect(member, header);
        });
        return met ? Result<const ArchiveMember*>(&member) : failed(std::move(met.error()));
    }
    doing_ = "the end";
    if (Result<void> zeros = expect_zeros(kTarEndBytes); !zeros) {
        return failed(std::move(zeros.error()));
    }
    Result<std::string_view> behind = content_.empty() ? frames_.next() : content_;
    if (!behind) {
        return failed(std::move(behind.error()).while_doing("reading the end of the archive"));
    }
    return behind->empty() ? Result<const ArchiveMember*>(nullptr)
                           : failed(refused("the archive goes on behind its end"));
}

}  // namespace ffdump
