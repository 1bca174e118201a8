// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/salvage_dump.hpp"

#include "found_members.hpp"
#include "salvaged_records.hpp"
#include "salvaged_runs.hpp"
#include "tar_pieces.hpp"
#include "unpacked_parts.hpp"

#include "ffdump/io/compression.hpp"

#include <algorithm>
#include <functional>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr const char* kKeptManifest = ".ffdump/manifest.salvaged.json";
constexpr std::size_t kChunkBytes = std::size_t{1} << 20U;
constexpr std::size_t kEscapeFactor = 6;
constexpr std::size_t kLineWords = 64U << 10U;

class Salvage {
 public:
    Salvage(FileSystem& files, const SalvageOptions& options, TarPieces pieces,
            FoundMembers members)
        : options_(options),
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
        // An empty file has no run, any other file without a loss has one.
        const std::unique_ptr<ByteSource> bytes =
            make_run_source(pieces_, runs.empty() ? TarRange() : runs.front());
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
        const Compression::Kind packing = packing_of(member, runs.front());
        if (packing != Compression::Kind::none) {
            file.note = "the file is packed, what was saved of it is not";
        }
        const auto open = [&] { return open_runs(pieces_, runs, member.data_at(), packing); };
        return member.path == kFailuresMember ? save_failures(open(), file)
                                              : save_records(member, open, file);
    }

    Result<void> save_failures(const std::vector<SalvagedRun>& runs, SalvagedFile& file) {
        const std::size_t line = (options_.limits.record_bytes * kEscapeFactor) + kLineWords;
        return parts_.open(file.name)
            .and_then([&] { return write_whole_failures(runs, line, sink()); })
            .and_then([&](std::uint64_t saved) {
                file.saved_records = saved;
                return parts_.close();
            })
            .map([](const std::string&) {});
    }

    Result<void> save_records(const ArchiveMember& member,
                              const std::function<std::vector<SalvagedRun>()>& open,
                              SalvagedFile& file) {
        const Result<Profile> profile = profile_of(member, open().front());
        if (!profile) {
            add_note(file, profile.error().detail());
            return {};
        }
        return parts_.open(unpacked_name(member.path))
            .and_then(
                [&] { return write_whole_records(open(), *profile, options_.limits, sink()); })
            .and_then([&](const SavedRecords& saved) {
                file.saved_records = saved.records;
                return saved.head.empty() ? Result<void>() : parts_.overwrite_beginning(saved.head);
            })
            .and_then([&] { return parts_.close(); })
            .map([](const std::string&) {});
    }

    [[nodiscard]] SalvageSink sink() {
        return [this](std::string_view text) { return parts_.write(text); };
    }

    static void add_note(SalvagedFile& file, const std::string& text) {
        file.note += file.note.empty() ? text : "; " + text;
    }

    /// By the manifest, or as any dump file is recognised.
    Result<Profile> profile_of(const ArchiveMember& member, const SalvagedRun& first) {
        for (const ManifestFile& file : described()) {
            const auto known = std::ranges::find(options_.profiles, file.profile, &Profile::name);
            if (target_name_of(*members_.manifest, file.name) == member.path &&
                known != options_.profiles.end() && known->sha256 == file.profile_sha256) {
                return *known;
            }
        }
        if (!first.begins_file) {
            return failed(Reason::source_unrecognized,
                          "its beginning is lost, and so is its layout");
        }
        return read_up_to(*first.bytes, kRecognitionBytes)
            .and_then([this](const std::string& begin) {
                return recognise(begin, begin.size() < kRecognitionBytes, options_.profiles);
            })
            .map([](const Recognition& recognition) { return recognition.profile; });
    }

    /// By the file's first bytes, or by its name where they are lost.
    Compression::Kind packing_of(const ArchiveMember& member, TarRange first) {
        constexpr std::size_t kMagicBytes = 4;
        if (first.begin == member.data_at()) {
            const std::unique_ptr<ByteSource> begin = make_run_source(pieces_, first);
            return compression_of(read_up_to(*begin, kMagicBytes).value_or(""));
        }
        for (const Compression::Kind kind : {Compression::Kind::zstd, Compression::Kind::gzip}) {
            const bool is_named_so = packed_name(member.path, kind) == member.path;
            if (member.path != kFailuresMember && is_named_so) {
                return kind;
            }
        }
        return Compression::Kind::none;
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

    const SalvageOptions& options_;
    TarPieces pieces_;
    FoundMembers members_;
    UnpackedParts parts_;
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
