// SPDX-License-Identifier: Apache-2.0
#include "tar_members.hpp"

#include "read_only_file.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/archived_name.hpp"
#include "ffdump/dump/profile.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kPieceBytes = 1U << 20U;
/// A dump has a file a gallery: some ten.
constexpr std::size_t kMostMembers = 4096;
/// Beginnings of files that are kept: those of the first 64 at least.
constexpr std::uint64_t kMostKeptBytes = 16U << 20U;
constexpr std::string_view kStateFolder = ".ffdump";

/// ".ffdump/manifest.json" for a file of that folder, wherever it lies in the archive.
std::optional<std::string> state_name(const ArchiveEntry& entry) {
    const std::string folder = folder_of(entry.path);
    if (entry.kind != EntryKind::file || file_name_of(folder) != kStateFolder) {
        return std::nullopt;
    }
    return join_path(kStateFolder, file_name_of(entry.path));
}

Result<std::optional<std::string>> name_of(const ArchiveEntry& entry, const std::string& archive) {
    std::optional<std::string> state = state_name(entry);
    return state ? Result<std::optional<std::string>>(std::move(state))
                 : archived_name(entry, archive);
}

}  // namespace

Result<std::unique_ptr<TarPass>> TarPass::open(FileSystem& files, const std::string& archive,
                                               const FileIdentity& identity) {
    auto pass = std::unique_ptr<TarPass>(new TarPass());
    pass->archive_ = archive;
    Result<std::unique_ptr<File>> file = files.open_read(archive);
    if (!file) {
        return failed(std::move(file.error()));
    }
    pass->file_ = std::move(*file);
    const Result<FileIdentity> is = pass->file_->identity();
    if (!is || *is != identity) {
        return failed(is ? archive_changed(archive) : is.error());
    }
    pass->bytes_ = make_file_source(*pass->file_);
    return open_archive(*pass->bytes_, archive).map([&](std::unique_ptr<ArchiveReader> reader) {
        pass->reader_ = std::move(reader);
        return std::move(pass);
    });
}

bool TarPass::can_reach(std::size_t entry, std::uint64_t offset) const noexcept {
    return entries_ <= entry || (entries_ == entry + 1 && position_ <= offset);
}

Result<void> TarPass::go_to(std::size_t entry, std::uint64_t offset) {
    while (entries_ <= entry) {
        const Result<const ArchiveEntry*> next = reader_->next();
        if (!next || *next == nullptr) {
            return failed(next ? archive_changed(archive_) : next.error());
        }
        ++entries_;
        position_ = 0;
    }
    const std::uint64_t count = offset - position_;
    position_ = offset;
    return count == 0 ? Result<void>() : reader_->skip(count);
}

Result<void> TarPass::fill(std::span<char> out) {
    while (!out.empty()) {
        const Result<std::size_t> got = reader_->read(out);
        if (!got || *got == 0) {
            return failed(got ? archive_changed(archive_) : got.error());
        }
        position_ += *got;
        out = out.subspan(*got);
    }
    return {};
}

Result<std::shared_ptr<TarMembers>> TarMembers::find(FileSystem& files, const std::string& archive,
                                                     const UnpackProgress& progress) {
    Result<std::unique_ptr<File>> file = files.open_read(archive);
    if (!file) {
        return failed(std::move(file.error()));
    }
    const Result<FileIdentity> identity = (*file)->identity();
    std::string begin(kPieceBytes, '\0');
    const Result<std::size_t> got = (*file)->read_at(begin, 0);
    if (!identity || !got) {
        return failed(identity ? got.error() : identity.error());
    }
    begin.resize(*got);
    if (!is_packed(begin)) {
        return nullptr;
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
    const Result<std::unique_ptr<ArchiveReader>> reader = open_archive(*bytes, archive);
    if (!reader) {
        return failed(reader.error());
    }
    auto members = std::shared_ptr<TarMembers>(new TarMembers(files, archive));
    members->identity_ = *identity;
    const Result<bool> is_archive = members->read_all(**reader, progress);
    if (!is_archive) {
        return failed(is_archive.error());
    }
    return *is_archive ? std::move(members) : nullptr;
}

Result<bool> TarMembers::read_all(ArchiveReader& reader, const UnpackProgress& progress) {
    for (std::size_t count = 0;; ++count) {
        const Result<const ArchiveEntry*> entry = reader.next();
        if (!entry || *entry == nullptr) {
            return entry ? Result<bool>(true) : failed(entry.error());
        }
        if ((*entry)->path.empty()) {
            return false;
        }
        Result<std::optional<std::string>> name = name_of(**entry, archive_);
        if (!name) {
            return failed(std::move(name.error()));
        }
        if (!*name) {
            continue;
        }
        Result<TarMember> member = read_member(reader, progress);
        if (!member) {
            return failed(std::move(member.error()));
        }
        member->entry = count;
        if (Result<void> added = add(std::move(**name), std::move(*member)); !added) {
            return failed(std::move(added.error()));
        }
    }
}

Result<TarMember> TarMembers::read_member(ArchiveReader& reader, const UnpackProgress& progress) {
    TarMember member;
    std::vector<char> piece(kPieceBytes);
    for (;;) {
        const Result<std::size_t> got = reader.read(piece);
        if (!got) {
            return failed(got.error());
        }
        if (*got == 0) {
            return member;
        }
        const std::uint64_t room =
            std::min(kRecognitionBytes - std::min(kRecognitionBytes, member.begin.size()),
                     static_cast<std::size_t>(kMostKeptBytes - kept_));
        const std::size_t kept = std::min<std::uint64_t>(room, *got);
        // Only a beginning without a gap is one.
        if (member.begin.size() == member.bytes) {
            member.begin.append(piece.data(), kept);
            kept_ += kept;
        }
        member.bytes += *got;
        bytes_ += *got;
        if (progress && !progress(bytes_)) {
            return failed(Reason::interrupted, "interrupted while reading the archive");
        }
    }
}

Result<void> TarMembers::add(std::string name, TarMember&& member) {
    if (members_.size() == kMostMembers) {
        return failed(Error(Reason::source_unreadable,
                            fmt::format("the archive holds more than {} files", kMostMembers))
                          .at_file(archive_));
    }
    const auto [it, is_new] = members_.try_emplace(std::move(name), std::move(member));
    if (!is_new) {
        return failed(
            Error(Reason::source_unreadable,
                  fmt::format("two files of the archive are named {}", printable(it->first)))
                .at_file(archive_)
                .hint("make an archive of each folder, or unpack it"));
    }
    return {};
}

Result<std::unique_ptr<TarPass>> TarMembers::pass_to(std::size_t entry, std::uint64_t offset) {
    std::unique_ptr<TarPass> pass;
    {
        const std::scoped_lock lock(mutex_);
        pass = std::move(idle_);
    }
    return pass != nullptr && pass->can_reach(entry, offset)
               ? Result<std::unique_ptr<TarPass>>(std::move(pass))
               : TarPass::open(files_, archive_, identity_);
}

void TarMembers::give_back(std::unique_ptr<TarPass> pass) {
    const std::scoped_lock lock(mutex_);
    idle_ = std::move(pass);
}

}  // namespace ffdump
