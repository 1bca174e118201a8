// SPDX-License-Identifier: Apache-2.0
#include "ffdump/verify/verification.hpp"

#include "contents_check.hpp"
#include "failure_cursor.hpp"
#include "file_accounts.hpp"
#include "file_comparison.hpp"
#include "findings.hpp"
#include "manifest_comparison.hpp"
#include "verdict.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

/// A failures line holds a whole record, escaped: up to six bytes for one, and some words.
constexpr std::size_t kEscapeFactor = 6;
constexpr std::size_t kLineWords = 64U << 10U;
constexpr double kDefaultNormTolerance = 1e-3;

bool has_opt_out(const Manifest& manifest, const std::string& name) {
    return std::ranges::find(manifest.opt_outs, name) != manifest.opt_outs.end();
}

/// What the run accepted, so that what migrate wrote passes and nothing wider does.
double norm_tolerance_of(const Manifest& manifest) {
    const auto it = manifest.settings.find("ffdump.norm_tolerance");
    if (it == manifest.settings.end()) {
        return kDefaultNormTolerance;
    }
    double tolerance = 0;
    const char* const end = it->second.data() + it->second.size();
    const auto [stop, error] = std::from_chars(it->second.data(), end, tolerance);
    const bool is_usable = error == std::errc{} && stop == end && tolerance > 0 && tolerance < 1;
    return is_usable ? tolerance : kDefaultNormTolerance;
}

std::vector<std::string> what_is_not_proven(bool has_source) {
    std::vector<std::string> texts{
        "that the new facens recognise anybody: sample some records and compare, or search for a "
        "known face after the restore",
        "that an image belongs to the id whose record names it",
        "that extraction-api served the model whose name the manifest gives",
        "that findface-storage-api-restore and the shards accept these files: restore into a test "
        "installation first",
    };
    if (!has_source) {
        texts.emplace_back(
            "that the manifest speaks of the dump that was migrated: the source was not read, and "
            "its numbers are the manifest's");
    }
    return texts;
}

/// One verification from the manifest on.
class Verification {
 public:
    Verification(FileSystem& files, const VerifyOptions& options, const VerifyProgress& progress)
        : files_(files),
          options_(options),
          progress_(progress),
          directory_(options.to),
          findings_(options.most_findings) {
        report_.from = options.from;
        report_.to = options.to;
        report_.not_proven = what_is_not_proven(has_source());
    }

    Result<VerifyReport> run();

 private:
    [[nodiscard]] bool has_source() const noexcept { return !options_.from.empty(); }
    [[nodiscard]] Result<void> read_excluded_ids();
    [[nodiscard]] Result<void> check_all(const DumpListing& source, const DumpListing& target);
    [[nodiscard]] Result<void> check_file(const ManifestFile& file,
                                          const ComparisonContext& context,
                                          const DumpListing& source, const DumpListing& target);
    [[nodiscard]] Result<void> compare(const ComparedFile& compared,
                                       const ComparisonContext& context, GalleryReport& gallery);
    [[nodiscard]] const Profile* profile_of(const ManifestFile& file, const std::string& path);
    [[nodiscard]] Result<void> show_progress(std::uint64_t bytes);
    void take_manifest_facts();
    void take_time_line();
    [[nodiscard]] VerifyReport conclude();

    FileSystem& files_;
    const VerifyOptions& options_;
    const VerifyProgress& progress_;
    OutputDirectory directory_;
    Findings findings_;
    std::optional<ExcludedIds> excluded_;
    Manifest manifest_;
    VerifyReport report_;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t bytes_total_ = 0;
};

Result<VerifyReport> Verification::run() {
    if (Result<void> read = read_excluded_ids(); !read) {
        return failed(std::move(read.error()));
    }
    Result<DumpListing> source =
        has_source() ? DumpListing::read(files_, options_.from, DumpListing::Folders::passed_over)
                     : DumpListing();
    if (!source) {
        return failed(std::move(source.error()));
    }
    Result<DumpListing> target =
        DumpListing::read(files_, options_.to, DumpListing::Folders::listed);
    if (!target) {
        return failed(std::move(target.error()));
    }
    std::optional<Manifest> manifest = take_manifest(files_, directory_, findings_);
    if (!manifest) {
        return conclude();
    }
    manifest_ = std::move(*manifest);
    take_manifest_facts();
    take_time_line();
    if (!has_source()) {
        source = DumpListing::named_by(manifest_);
    }
    Result<void> checked = check_trust(files_, directory_, options_.trust, findings_).and_then([&] {
        return check_all(*source, *target);
    });
    if (!checked) {
        return failed(std::move(checked.error()));
    }
    return conclude();
}

Result<void> Verification::read_excluded_ids() {
    if (!options_.excluded_ids) {
        return {};
    }
    return ExcludedIds::parse(*options_.excluded_ids, options_.excluded_ids_name)
        .map([this](ExcludedIds ids) { excluded_ = std::move(ids); });
}

void Verification::take_manifest_facts() {
    report_.run_id = manifest_.run_id;
    report_.sequence = manifest_.sequence;
    report_.tool_version = manifest_.tool_version;
    report_.started = manifest_.started;
    report_.ended = manifest_.ended;
    report_.opt_outs = manifest_.opt_outs;
    report_.failures_by_reason = manifest_.failures_by_reason;
    // The failures list and the files are both walked in the order of names.
    std::ranges::sort(manifest_.files, {}, &ManifestFile::name);
    for (const ManifestFile& file : manifest_.files) {
        bytes_total_ +=
            file.action == "drop" ? 0 : (has_source() ? file.source_bytes : 0) + file.target_bytes;
    }
}

void Verification::take_time_line() {
    // Where it cannot be told, reading it says why.
    if (!files_.exists(directory_.time_line(), FilePurpose::reading).value_or(true)) {
        report_.no_time_line = "the new dump came without .ffdump/timeline";
        return;
    }
    Result<TimeLine> line = load_time_line(files_, directory_.time_line());
    if (!line) {
        report_.no_time_line = ".ffdump/timeline cannot be used: " + line.error().detail();
    } else if (line->stretches.empty() || line->stretches.back().run_id != manifest_.run_id) {
        report_.no_time_line = ".ffdump/timeline is of another run";
    } else {
        report_.time_line = std::move(*line);
    }
}

Result<void> Verification::check_all(const DumpListing& source, const DumpListing& target) {
    check_contents(manifest_, source, target, findings_);
    Result<std::unique_ptr<FailureCursor>> failures =
        FailureCursor::open(files_, directory_.failures(),
                            (options_.limits.record_bytes * kEscapeFactor) + kLineWords, findings_);
    if (!failures) {
        return failed(std::move(failures.error()));
    }
    const ComparisonContext context{
        .files = files_,
        .failures = **failures,
        .findings = findings_,
        .excluded = excluded_ ? &*excluded_ : nullptr,
        .limits = options_.limits,
        .norm_tolerance = norm_tolerance_of(manifest_),
        .skip_bad_records = has_opt_out(manifest_, "skip-bad-records"),
        .allow_duplicate_ids = has_opt_out(manifest_, "allow-duplicate-ids"),
        .temporary_folder = options_.temporary_folder,
        .progress = [this](std::uint64_t bytes) { return show_progress(bytes); },
        .most_unmatched = options_.most_unmatched,
    };
    for (const ManifestFile& file : manifest_.files) {
        if (Result<void> checked = check_file(file, context, source, target); !checked) {
            return checked;
        }
    }
    return (*failures)->finish(manifest_);
}

Result<void> Verification::show_progress(std::uint64_t bytes) {
    bytes_done_ += bytes;
    if (progress_ && !progress_(bytes_done_, std::max(bytes_done_, bytes_total_))) {
        return failed(Reason::interrupted, "interrupted while verifying");
    }
    return {};
}

const Profile* Verification::profile_of(const ManifestFile& file, const std::string& path) {
    const auto it = std::ranges::find(options_.profiles, file.profile, &Profile::name);
    if (it != options_.profiles.end() && it->sha256 == file.profile_sha256) {
        return &*it;
    }
    findings_.add(Reason::profile_invalid, in_file(path),
                  it == options_.profiles.end()
                      ? fmt::format("the file was read with profile {}, which is not known here",
                                    printable(file.profile))
                      : fmt::format("profile {} is not the text with which the file was read",
                                    printable(file.profile)));
    return nullptr;
}

Result<void> Verification::check_file(const ManifestFile& file, const ComparisonContext& context,
                                      const DumpListing& source, const DumpListing& target) {
    GalleryReport gallery;
    gallery.gallery = file.gallery;
    gallery.file = file.name;
    gallery.action = file.action;
    gallery.old_model = file.tally.old_model;
    gallery.new_model = file.new_model;
    gallery.old_dimension = file.tally.old_dimension;
    gallery.new_dimension = file.tally.new_dimension;
    gallery.norm_min = file.tally.norm_min;
    gallery.norm_max = file.tally.norm_max;
    const bool is_dropped = file.action == "drop";
    const std::string target_name = target_name_of(manifest_, file.name);
    const bool are_there = source.has(file.name) && target.has(target_name);
    const Profile* const profile =
        is_dropped || !are_there ? nullptr : profile_of(file, target.path_of(target_name));
    Result<void> checked;
    if (profile != nullptr) {
        checked = compare({file, *profile, source.path_of(file.name), target.path_of(target_name)},
                          context, gallery);
    } else {
        gallery.source = is_dropped ? file.source_records : 0;
        gallery.law_holds = is_dropped;
        checked = context.failures.pass_rest_of(file.name, [](const FailureEntry&) {});
    }
    report_.galleries.push_back(std::move(gallery));
    return checked;
}

Result<void> Verification::compare(const ComparedFile& compared, const ComparisonContext& context,
                                   GalleryReport& gallery) {
    const std::uint64_t findings_before = findings_.total();
    Result<FileCounts> counts = has_source() ? FileComparison(context, compared).run()
                                             : count_without_source(context, compared);
    if (!counts) {
        return failed(std::move(counts.error()));
    }
    check_accounts(compared, *counts, findings_before, findings_);
    gallery.was_compared = true;
    gallery.source = counts->source.count;
    gallery.target = counts->target.count;
    gallery.failed = counts->failed.count;
    gallery.excluded = counts->excluded.count;
    gallery.law_holds = does_law_hold(*counts);
    gallery.norm_decades = counts->norm_decades;
    gallery.failed_by_reason = std::move(counts->failed_by_reason);
    report_.failed += gallery.failed;
    report_.excluded += gallery.excluded;
    if (counts->was_digest_only) {
        report_.not_proven.push_back(
            fmt::format("record by record, that {} follows its source: more than {} records had no "
                        "counterpart in step, so numbers and digests alone were compared",
                        printable(compared.file.name), context.most_unmatched));
    }
    return {};
}

VerifyReport Verification::conclude() {
    for (const auto& [reason, count] : findings_.counts()) {
        report_.finding_counts[std::string(reason_name(reason))] = count;
    }
    report_.findings = findings_.take();
    give_verdict(report_);
    return std::move(report_);
}

}  // namespace

std::uint64_t VerifyReport::findings_total() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : finding_counts) {
        sum += count;
    }
    return sum;
}

int VerifyReport::exit_code(bool strict) const noexcept {
    constexpr int kDiffers = 3;
    return restorable && (!strict || failed == 0) ? 0 : kDiffers;
}

Result<VerifyReport> verify(FileSystem& files, const VerifyOptions& options,
                            const VerifyProgress& progress) {
    return Verification(files, options, progress).run();
}

}  // namespace ffdump
