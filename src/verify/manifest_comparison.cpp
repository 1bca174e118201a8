// SPDX-License-Identifier: Apache-2.0
#include "manifest_comparison.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr std::uint64_t kReportBytes = 4U << 20U;
constexpr std::size_t kMostDoubled = 100'000;

class ManifestComparison {
 public:
    ManifestComparison(const ComparisonContext& context, const ComparedFile& compared)
        : context_(context),
          compared_(compared),
          pairs_(compared.file.gallery, rules_of(context, compared), compared.target_path,
                 context.findings),
          census_(context.files, context.temporary_folder) {}

    Result<FileCounts> run() {
        return read_records()
            .and_then([this] { return name_doubled(); })
            .and_then([this] { return count_failures(); })
            .map([this] {
                take_promised();
                return std::move(counts_);
            });
    }

 private:
    Result<void> read_records() {
        Sha256 sha256;
        Result<std::unique_ptr<DumpCursor>> opened = DumpCursor::open(
            context_.files, compared_.target_path, compared_.profile, context_.limits,
            DumpCursor::DigestOf::file, [&sha256](std::string_view bytes) { sha256.add(bytes); });
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        DumpCursor& target = **opened;
        std::uint64_t reported = 0;
        while (!target.at_end()) {
            Result<void> read = take(target.record()).and_then([&] { return target.advance(); });
            if (read && (target.at_end() || target.bytes() - reported >= kReportBytes)) {
                read = context_.progress(target.bytes() - std::exchange(reported, target.bytes()));
            }
            if (!read) {
                return read;
            }
        }
        counts_.target_bytes = target.bytes();
        counts_.target_sha256 = sha256.hex();
        return {};
    }

    Result<void> take(const RecordView& record) {
        if (!record.is_bad()) {
            static_cast<void>(pairs_.take_target(record, counts_.target));
            return census_.add(record.id());
        }
        static_cast<void>(pairs_.take_settled(record, counts_.target));
        const Error& error = record.block->error_of(record.index);
        Place place = error.place();
        place.file = compared_.target_path;
        context_.findings.add(Reason::record_altered, std::move(place),
                              "this is not a record that could be read: " + error.detail());
        return {};
    }

    Result<void> name_doubled() {
        Result<IdCensus::Duplicates> doubled = census_.finish(kMostDoubled);
        if (!doubled) {
            return failed(std::move(doubled.error()));
        }
        if (context_.allow_duplicate_ids) {
            return {};
        }
        for (const RecordId id : doubled->examples) {
            context_.findings.add(Reason::record_doubled, in_file(compared_.target_path, id),
                                  "the new dump holds this id more than once");
        }
        context_.findings.add_unnamed(Reason::record_doubled,
                                      doubled->count - doubled->examples.size());
        return {};
    }

    Result<void> count_failures() {
        return context_.failures.pass_rest_of(
            compared_.file.name, [this](const FailureEntry& entry) {
                ++listed_;
                ++counts_.failed_by_reason[std::string(reason_name(entry.reason))];
            });
    }

    /// What only the source could tell. The failed records are bound by the list's SHA-256.
    void take_promised() {
        const ManifestFile& file = compared_.file;
        counts_.source = file.tally.source;
        counts_.excluded = file.tally.excluded;
        counts_.failed = file.tally.failed;
        counts_.failed.count = listed_;
        counts_.source_bytes = file.source_bytes;
        counts_.source_fingerprint = file.source_fingerprint;
    }

    const ComparisonContext& context_;
    const ComparedFile& compared_;
    RecordPairs pairs_;
    IdCensus census_;
    FileCounts counts_;
    std::uint64_t listed_ = 0;
};

}  // namespace

Result<FileCounts> count_without_source(const ComparisonContext& context,
                                        const ComparedFile& compared) {
    return ManifestComparison(context, compared).run();
}

Result<void> check_trust(FileSystem& files, const OutputDirectory& directory,
                         const ManifestTrust& trust, Findings& findings) {
    if (!trust.demands_anything()) {
        return {};
    }
    Result<std::string> text = read_small_file(files, directory.manifest(), kMostManifestBytes);
    Result<std::optional<std::string>> signature = read_signature(files, directory);
    if (!text || !signature) {
        return failed(std::move(text ? signature.error() : text.error()));
    }
    // The very text that the signature is held against, and not one that was read before.
    return parse_manifest(*text).map([&](const Manifest& manifest) {
        if (const std::optional<Error> doubt = distrust(trust, *text, manifest, *signature)) {
            findings.add(doubt->reason(), in_file(directory.manifest()), doubt->detail());
        }
    });
}

}  // namespace ffdump
