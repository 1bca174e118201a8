// SPDX-License-Identifier: Apache-2.0
#include "ffdump/verify/same_facens.hpp"

#include "contents_check.hpp"
#include "differing_records.hpp"
#include "findings.hpp"
#include "record_elements.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr std::uint64_t kReportBytes = 4U << 20U;

/// Both sides of one gallery.
struct Sides {
    GalleryFiles files;
    RecordElements new_dump;
    RecordElements redump;
};

/// What a manifest promises of one gallery of the new dump.
struct Promise {
    RecordSums sums;
    bool has_facens = true;  ///< of copied files the manifest keeps no digest of facens
};

class Comparison {
 public:
    Comparison(FileSystem& files, const SameFacensOptions& options, const VerifyProgress& progress)
        : files_(files), options_(options), progress_(progress), findings_(options.most_findings) {}

    Result<SameFacensReport> run() {
        Result<void> done = open().and_then([this] { return add_up(); }).and_then([this] {
            return hold_against_manifest().and_then([this] { return name_differences(); });
        });
        if (!done) {
            return failed(std::move(done.error()));
        }
        return conclude();
    }

 private:
    [[nodiscard]] Result<void> open();
    [[nodiscard]] Result<void> add_up();
    [[nodiscard]] Result<void> add_up(const std::vector<DumpFile>& dump,
                                      RecordElements Sides::* side);
    void note_bad(const DumpFile& file, const RecordView& record);
    [[nodiscard]] Result<void> note_gallery(const DumpFile& file, const RecordView& record,
                                            std::string& named) const;
    [[nodiscard]] Result<void> hold_against_manifest();
    void expect_two_more_passes();
    [[nodiscard]] Result<void> name_differences();
    [[nodiscard]] Result<void> step(std::uint64_t bytes);
    [[nodiscard]] SameFacensReport conclude();

    FileSystem& files_;
    const SameFacensOptions& options_;
    const VerifyProgress& progress_;
    Findings findings_;
    std::vector<DumpFile> new_dump_;
    std::vector<DumpFile> redump_;
    std::map<std::string, Sides> galleries_;
    SameFacensReport report_;
    std::uint64_t bytes_done_ = 0;
    std::uint64_t bytes_total_ = 0;
    std::uint64_t bytes_of_file_ = 0;
    std::uint64_t bytes_shown_ = 0;
};

Result<void> Comparison::open() {
    const auto read = [this](const std::string& path, std::vector<DumpFile>& into) {
        return open_dump(files_, path, options_.profiles).map([&](std::vector<DumpFile> found) {
            std::ranges::move(found, std::back_inserter(into));
        });
    };
    Result<void> opened = read(options_.new_dump, new_dump_);
    for (const std::string& path : options_.redumps) {
        opened = opened.and_then([&] { return read(path, redump_); });
    }
    if (!opened) {
        return opened;
    }
    for (const auto& [dump, side] : {std::pair(&new_dump_, &GalleryFiles::new_dump),
                                     std::pair(&redump_, &GalleryFiles::redump)}) {
        for (const DumpFile& file : *dump) {
            (galleries_[file.gallery].files.*side).push_back(&file);
            bytes_total_ += file.identity.size;
        }
    }
    return {};
}

Result<void> Comparison::add_up() {
    return add_up(new_dump_, &Sides::new_dump).and_then([this] {
        return add_up(redump_, &Sides::redump);
    });
}

Result<void> Comparison::add_up(const std::vector<DumpFile>& dump, RecordElements Sides::* side) {
    for (const DumpFile& file : dump) {
        ElementMaker maker(file);
        RecordElements& sum = galleries_[file.gallery].*side;
        std::string named;
        Result<void> visited = visit_records(
            files_, file, options_.limits, [&](const RecordView& record, std::uint64_t bytes) {
                if (record.is_bad()) {
                    note_bad(file, record);
                    return step(bytes);
                }
                sum += maker.of(record);
                return note_gallery(file, record, named).and_then([&] { return step(bytes); });
            });
        if (!visited) {
            return visited;
        }
        if (!named.empty() && named != file.gallery) {
            report_.not_proven.push_back(fmt::format(
                "that the records of {} are in gallery {}, which they name: its name counted",
                printable(file.path), printable(named)));
        }
    }
    return {};
}

/// Files are compared by the gallery that they are named after, so that a file must be of one.
Result<void> Comparison::note_gallery(const DumpFile& file, const RecordView& record,
                                      std::string& named) const {
    if (!record.span().has_gallery) {
        return {};
    }
    return record.block->text(record.span().gallery)
        .and_then([&](std::string gallery) -> Result<void> {
            if (named.empty()) {
                named = std::move(gallery);
            } else if (named != gallery) {
                Error error(Reason::gallery_undecided, "the records are of several galleries");
                Place place = at_byte(file.path, record.span().offset, record.id());
                return failed(std::move(error)
                                  .at(std::move(place))
                                  .hint("make a file of each gallery: ffdump convert --from DUMP "
                                        "--to DIR --format "
                                        "json-lines --split-galleries, on both sides"));
            }
            return {};
        });
}

void Comparison::note_bad(const DumpFile& file, const RecordView& record) {
    const Error& error = record.block->error_of(record.index);
    findings_.add(Reason::record_altered, [&] {
        Place place = error.place();
        place.file = file.path;
        return Findings::finding(Reason::record_altered, std::move(place),
                                 "this is not a record that could be read: " + error.detail());
    });
}

Result<void> Comparison::hold_against_manifest() {
    const OutputDirectory directory(options_.new_dump);
    // Restored from an archive or copied by hand, a dump may come without its state; one with it
    // must be finished.
    const Result<bool> has_state =
        files_.is_directory(directory.state_folder(), FilePurpose::reading);
    if (!has_state || !*has_state) {
        return has_state.map([](bool) {});
    }
    const std::optional<Manifest> manifest = take_manifest(files_, directory, findings_);
    if (!manifest) {
        return {};
    }
    report_.has_manifest = true;
    report_.run_id = manifest->run_id;
    std::map<std::string, Promise> promised;
    for (const ManifestFile& file : manifest->files) {
        if (file.action != "drop") {
            Promise& promise = promised[file.gallery];
            promise.sums += file.tally.target;
            promise.has_facens = promise.has_facens && file.action == "migrate";
        }
    }
    for (const auto& [gallery, promise] : promised) {
        RecordSums is = galleries_[gallery].new_dump.sums;
        if (!promise.has_facens) {
            is.vec = promise.sums.vec;
        }
        if (is != promise.sums) {
            findings_.add(Reason::law_broken, in_file(options_.new_dump),
                          fmt::format("gallery {} of the new dump does not have the digests of its "
                                      "manifest",
                                      printable(gallery)));
        }
    }
    return {};
}

void Comparison::expect_two_more_passes() {
    for (const auto& [gallery, sides] : galleries_) {
        if (sides.new_dump != sides.redump) {
            for (const auto* side : {&sides.files.new_dump, &sides.files.redump}) {
                for (const DumpFile* const file : *side) {
                    bytes_total_ += 2 * file->identity.size;
                }
            }
        }
    }
}

Result<void> Comparison::name_differences() {
    expect_two_more_passes();
    for (const auto& [gallery, sides] : galleries_) {
        if (sides.new_dump == sides.redump) {
            continue;
        }
        const std::uint64_t before = findings_.total();
        DifferingRecords differing(files_, options_, findings_,
                                   [this](std::uint64_t bytes) { return step(bytes); });
        Result<bool> named = differing.name(sides.files);
        if (!named) {
            return failed(std::move(named.error()));
        }
        if (!*named) {
            report_.not_proven.push_back(fmt::format(
                "how many records of gallery {} differ: about {} of them were looked at by name",
                printable(gallery), options_.most_records));
        }
        if (findings_.total() == before) {
            findings_.add(
                Reason::law_broken, in_file(options_.new_dump),
                fmt::format("gallery {} has other digests, and yet no record differs: the "
                            "files changed while they were read",
                            printable(gallery)));
        }
    }
    return {};
}

Result<void> Comparison::step(std::uint64_t bytes) {
    // A smaller number than before is the next file's.
    bytes_done_ += bytes >= bytes_of_file_ ? bytes - bytes_of_file_ : bytes;
    bytes_of_file_ = bytes;
    if (!progress_ || bytes_done_ - bytes_shown_ < kReportBytes) {
        return {};
    }
    bytes_shown_ = bytes_done_;
    if (!progress_(bytes_done_, std::max(bytes_done_, bytes_total_))) {
        return failed(Reason::interrupted, "interrupted while comparing");
    }
    return {};
}

SameFacensReport Comparison::conclude() {
    std::uint64_t records = 0;
    for (const auto& [gallery, sides] : galleries_) {
        const RecordSums& is = sides.redump.sums;
        const RecordSums& should = sides.new_dump.sums;
        report_.galleries.push_back(
            {.gallery = gallery,
             .in_new_dump = should.count,
             .in_redump = is.count,
             .is_same_ids = is.count == should.count && is.ids == should.ids,
             .is_same_facens = is.vec == should.vec,
             .is_same_models = sides.redump.models == sides.new_dump.models,
             .is_same_rest = is.rest == should.rest});
        records += is.count;
    }
    std::string counts;
    for (const auto& [reason, count] : findings_.counts()) {
        report_.finding_counts[std::string(reason_name(reason))] = count;
        counts += fmt::format("{}{} {}", counts.empty() ? "" : ", ", reason_name(reason), count);
    }
    report_.findings = findings_.take();
    report_.is_same = report_.finding_counts.empty();
    report_.not_proven.emplace_back("that the shards find anybody: search for a known face");
    report_.verdict = report_.is_same ? fmt::format("the same: {} records in {} galleries", records,
                                                    report_.galleries.size())
                                      : fmt::format("not the same: {}", counts);
    return std::move(report_);
}

}  // namespace

int SameFacensReport::exit_code() const noexcept {
    constexpr int kDiffers = 3;
    return is_same ? 0 : kDiffers;
}

Result<SameFacensReport> compare_facens(FileSystem& files, const SameFacensOptions& options,
                                        const VerifyProgress& progress) {
    return Comparison(files, options, progress).run();
}

}  // namespace ffdump
