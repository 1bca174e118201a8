// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/salvage_dump.hpp"

#include "found_members.hpp"
#include "salvaged_records.hpp"
#include "tar_pieces.hpp"
#include "unpacked_parts.hpp"

#include "ffdump/io/compression.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr const char* kKeptManifest = ".ffdump/manifest.salvaged.json";
constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kEscapeFactor = 6;
constexpr std::size_t kLineWords = 64U << 10U;

/// Ends where the bytes below cannot be read on, as a file that is cut off there.
class UntilDamage final : public ByteSource {
 public:
    explicit UntilDamage(ByteSource& below) : below_(below) {}
    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return below_.read(out).value_or(0);
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }

 private:
    ByteSource& below_;
};

class Salvage {
 public:
    Salvage(FileSystem& files, const SalvageOptions& options, TarPieces pieces,
            FoundMembers members)
        : files_(files),
          options_(options),
          pieces_(std::move(pieces)),
          members_(std::move(members)),
          parts_(files, options.directory) {}

    Result<SalvageReport> run() {
        report_.has_manifest = members_.manifest.has_value();
        return parts_.begin()
            .and_then([this] { return save_members(); })
            .and_then([this] { return publish(); })
            .map([this] { return std::move(report_); });
    }

 private:
    Result<void> save_members() {
        for (const ArchiveMember& member : members_.members) {
            if (member.path == kManifestMember) {
                continue;
            }
            if (Result<void> saved = save(member); !saved) {
                return saved;
            }
        }
        return {};
    }

    Result<void> save(const ArchiveMember& member) {
        SalvagedFile file;
        file.name = member.path;
        file.expected = expected_records(member);
        const TarRange all{member.data_at(), member.data_end()};
        const std::vector<TarRange> runs = pieces_.runs(all);
        std::uint64_t there = 0;
        for (const TarRange& run : runs) {
            there += run.end - run.begin;
        }
        file.lost_bytes = member.bytes - there;
        Result<void> saved =
            file.lost_bytes == 0 ? save_whole(member, runs, file) : save_rest(member, runs, file);
        report_.files.push_back(std::move(file));
        return saved;
    }

    Result<void> save_whole(const ArchiveMember& member, const std::vector<TarRange>& runs,
                            SalvagedFile& file) {
        Result<std::string> sha256 = copy(member.path, runs);
        if (!sha256) {
            return failed(std::move(sha256.error()));
        }
        file.is_whole = member.sha256.empty() || member.sha256 == *sha256;
        if (!file.is_whole) {
            file.note = "all bytes are there, and they are not those of the manifest";
        }
        return {};
    }

    Result<std::string> copy(const std::string& name, const std::vector<TarRange>& runs) {
        if (Result<void> opened = parts_.open(name); !opened) {
            return failed(std::move(opened.error()));
        }
        const std::unique_ptr<ByteSource> bytes = make_runs_source(pieces_, runs);
        std::vector<char> chunk(kChunkBytes);
        for (;;) {
            Result<std::size_t> got = bytes->read(chunk);
            if (!got) {
                return failed(std::move(got.error()));
            }
            if (*got == 0) {
                return parts_.close();
            }
            if (Result<void> written = parts_.write({chunk.data(), *got}); !written) {
                return failed(std::move(written.error()));
            }
        }
    }

    Result<void> save_rest(const ArchiveMember& member, const std::vector<TarRange>& runs,
                           SalvagedFile& file) {
        if (runs.empty() || member.path == kSignatureMember) {
            return {};
        }
        const bool is_packed = is_packed_member(member, runs.front());
        const std::vector<TarRange> usable = is_packed ? std::vector<TarRange>{runs.front()} : runs;
        if (is_packed && usable.front().begin != member.data_at()) {
            file.note = "the file is packed and its beginning is lost: nothing of it can be read";
            return {};
        }
        const std::unique_ptr<ByteSource> raw = make_runs_source(pieces_, usable);
        const std::unique_ptr<ByteSource> unpacked =
            is_packed ? make_unpacking_source(*raw, packing_, member.path) : nullptr;
        UntilDamage bytes(unpacked ? *unpacked : *raw);
        if (is_packed) {
            file.note =
                "the file is packed: what stands behind its first loss cannot be read; what "
                "was saved is not packed";
        }
        return save_records(member, bytes, file);
    }

    Result<void> save_records(const ArchiveMember& member, ByteSource& bytes, SalvagedFile& file) {
        const auto write = [this](std::string_view text) { return parts_.write(text); };
        const std::size_t line = (options_.limits.record_bytes * kEscapeFactor) + kLineWords;
        Result<std::uint64_t> saved = 0;
        if (member.path == kFailuresMember) {
            saved = parts_.open(member.path).and_then([&] {
                return write_whole_failures(bytes, line, write);
            });
        } else {
            const Result<Profile> profile = profile_of(member);
            if (!profile) {
                file.note = profile.error().detail();
                return {};
            }
            saved = parts_.open(unpacked_name(member.path)).and_then([&] {
                return write_whole_records(bytes, *profile, options_.limits, write);
            });
        }
        if (!saved) {
            return failed(std::move(saved.error()));
        }
        file.saved_records = *saved;
        return parts_.close().map([](const std::string&) {});
    }

    /// By the manifest, or as any dump file is recognised.
    Result<Profile> profile_of(const ArchiveMember& member) {
        for (const ManifestFile& file : described()) {
            const auto known = std::ranges::find(options_.profiles, file.profile, &Profile::name);
            if (target_name_of(*members_.manifest, file.name) == member.path &&
                known != options_.profiles.end() && known->sha256 == file.profile_sha256) {
                return *known;
            }
        }
        const std::vector<TarRange> runs = pieces_.runs(
            {member.data_at(), std::min(member.data_end(), member.data_at() + kRecognitionBytes)});
        const bool has_begin = !runs.empty() && runs.front().begin == member.data_at();
        if (!has_begin) {
            return failed(Reason::source_unrecognized,
                          "its beginning is lost, and so is its layout");
        }
        Result<std::optional<std::string>> begin = pieces_.bytes(runs.front());
        if (!begin) {
            return failed(std::move(begin.error()));
        }
        return recognise(**begin, (*begin)->size() == member.bytes, options_.profiles)
            .map([](const Recognition& recognition) { return recognition.profile; });
    }

    bool is_packed_member(const ArchiveMember& member, TarRange first) {
        const TarRange magic{first.begin, std::min(first.end, first.begin + 4)};
        const Result<std::optional<std::string>> begin = pieces_.bytes(magic);
        packing_ = begin && *begin && first.begin == member.data_at() ? compression_of(**begin)
                                                                      : Compression::Kind::none;
        const bool is_named_so =
            member.path != kFailuresMember && unpacked_name(member.path) != member.path;
        return packing_ != Compression::Kind::none || is_named_so;
    }

    [[nodiscard]] std::vector<ManifestFile> described() const {
        return members_.manifest ? members_.manifest->files : std::vector<ManifestFile>();
    }

    [[nodiscard]] std::optional<std::uint64_t> expected_records(const ArchiveMember& member) const {
        if (members_.manifest && member.path == kFailuresMember) {
            return members_.manifest->failures_records;
        }
        for (const ManifestFile& file : described()) {
            if (target_name_of(*members_.manifest, file.name) == member.path) {
                return file.tally.target.count;
            }
        }
        return std::nullopt;
    }

    Result<void> publish() {
        report_.is_complete =
            report_.has_manifest && std::ranges::all_of(report_.files, &SalvagedFile::is_whole);
        if (!report_.has_manifest) {
            return parts_.publish_without_last();
        }
        return parts_.publish(report_.is_complete ? kManifestMember : kKeptManifest,
                              members_.manifest_text);
    }

    FileSystem& files_;
    const SalvageOptions& options_;
    TarPieces pieces_;
    FoundMembers members_;
    UnpackedParts parts_;
    Compression::Kind packing_ = Compression::Kind::none;
    SalvageReport report_;
};

}  // namespace

Result<SalvageReport> salvage_dump(FileSystem& files, const SalvageOptions& options,
                                   const UnpackProgress& progress) {
    Result<std::unique_ptr<File>> file = files.open_read(options.archive);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Result<TarPieces> pieces = TarPieces::find(**file, progress);
    if (!pieces) {
        return failed(std::move(pieces.error()));
    }
    Result<FoundMembers> members = find_members(*pieces);
    if (!members) {
        return failed(std::move(members.error()).at_file(options.archive));
    }
    return Salvage(files, options, std::move(*pieces), std::move(*members)).run();
}

}  // namespace ffdump
