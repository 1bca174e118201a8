// SPDX-License-Identifier: Apache-2.0
#include "file_accounts.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

bool is_same_set(const RecordSums& a, const RecordSums& b) noexcept {
    return a.count == b.count && a.ids == b.ids && a.rest == b.rest;
}

/// Compares one term of the law; the numbers are said even when only the digests differ.
void check_term(const RecordSums& counted, const RecordSums& promised, const Place& place,
                const char* term, Findings& findings) {
    if (is_same_set(counted, promised)) {
        return;
    }
    findings.add(Reason::law_broken, place,
                 counted.count == promised.count
                     ? fmt::format("{}: {} records, as the manifest says, but not the same ones",
                                   term, counted.count)
                     : fmt::format("{}: {} records, the manifest says {}", term, counted.count,
                                   promised.count));
}

void check_terms(const ComparedFile& compared, const FileCounts& counts, Findings& findings) {
    const Tally& tally = compared.file.tally;
    const Place place = in_file(compared.target_path);
    check_term(counts.source, tally.source, place, "source", findings);
    check_term(counts.target, tally.target, place, "new dump", findings);
    check_term(counts.failed, tally.failed, place, "failed", findings);
    check_term(counts.excluded, tally.excluded, place, "excluded", findings);
    if (!does_law_hold(counts)) {
        findings.add(Reason::law_broken, place,
                     fmt::format("source has {} records, new dump {}, failed {}, excluded {}",
                                 counts.source.count, counts.target.count, counts.failed.count,
                                 counts.excluded.count));
    }
    if (counts.failed_by_reason != tally.failed_by_reason) {
        findings.add(
            Reason::failures_differ, place,
            "the reasons of the failed records of this file are not those of the manifest");
    }
}

void check_manifest_itself(const ComparedFile& compared, Findings& findings) {
    const ManifestFile& file = compared.file;
    if (file.tally.law_holds() && file.source_records == file.tally.source.count) {
        return;
    }
    findings.add(Reason::law_broken, in_file(compared.target_path),
                 "the manifest's own numbers of this file do not add up");
}

}  // namespace

bool does_law_hold(const FileCounts& counts) noexcept {
    RecordSums parts = counts.target;
    parts += counts.failed;
    parts += counts.excluded;
    return is_same_set(counts.source, parts);
}

void check_accounts(const ComparedFile& compared, const FileCounts& counts,
                    std::uint64_t findings_before, Findings& findings) {
    const ManifestFile& file = compared.file;
    if (counts.source_bytes != file.source_bytes ||
        counts.source_fingerprint != file.source_fingerprint) {
        findings.add(Reason::source_changed, in_file(compared.source_path),
                     fmt::format("this is not the file that was migrated ({} bytes then, {} now)",
                                 file.source_bytes, counts.source_bytes));
    }
    check_manifest_itself(compared, findings);
    // The digest of (id, facen) says something of its own only for the same set of records.
    const bool same_ids = counts.target.count == file.tally.target.count &&
                          counts.target.ids == file.tally.target.ids;
    if (same_ids && counts.target.vec != file.tally.target.vec) {
        findings.add(Reason::facen_differs, in_file(compared.target_path),
                     "facens were exchanged between records or changed after the migration");
    }
    if (findings.total() == findings_before || counts.was_digest_only) {
        check_terms(compared, counts, findings);
    }
    if (counts.target_bytes != file.target_bytes || counts.target_sha256 != file.target_sha256) {
        findings.add(Reason::checksum_differs, in_file(compared.target_path),
                     counts.target_bytes == file.target_bytes
                         ? fmt::format("SHA-256 is {}, the manifest says {}", counts.target_sha256,
                                       printable(file.target_sha256))
                         : fmt::format("the file has {} bytes, the manifest says {}",
                                       counts.target_bytes, file.target_bytes));
    }
}

}  // namespace ffdump
