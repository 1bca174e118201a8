// SPDX-License-Identifier: Apache-2.0
#include "file_comparison.hpp"

#include "frame_comparison.hpp"
#include "leftover_records.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::uint64_t kReportBytes = 4U << 20U;

}  // namespace

PairRules rules_of(const ComparisonContext& context, const ComparedFile& compared) {
    PairRules rules;
    rules.is_copy = compared.file.action == "copy";
    rules.has_free_leads = has_free_leads(compared.profile.container);
    rules.facen = {.dimension = compared.file.tally.new_dimension,
                   .norm_tolerance = context.norm_tolerance};
    rules.encoding = compared.profile.facen_encoding;
    rules.new_model = compared.file.new_model;
    return rules;
}

FileComparison::FileComparison(const ComparisonContext& context, const ComparedFile& compared)
    : context_(context),
      compared_(compared),
      findings_(context.findings),
      pairs_(compared.file.gallery, rules_of(context, compared), compared.target_path,
             context.findings),
      census_(context.files, context.temporary_folder) {}

Result<FileCounts> FileComparison::run() {
    if (Result<void> opened = open(); !opened) {
        return failed(std::move(opened.error()));
    }
    while (!source_->at_end() || !target_->at_end()) {
        Result<void> stepped = step().and_then([this] { return report_progress(); });
        if (!stepped) {
            return failed(std::move(stepped.error()));
        }
    }
    if (Result<void> finished = finish(); !finished) {
        return failed(std::move(finished.error()));
    }
    return std::move(counts_);
}

Result<void> FileComparison::open() {
    Result<std::unique_ptr<DumpCursor>> source =
        DumpCursor::open(context_.files, compared_.source_path, compared_.profile, context_.limits,
                         DumpCursor::DigestOf::contents,
                         [this](std::string_view bytes) { source_hash_.add(bytes); });
    if (!source) {
        return failed(std::move(source.error()));
    }
    source_ = std::move(*source);
    Result<std::unique_ptr<DumpCursor>> target = DumpCursor::open(
        context_.files, compared_.target_path, compared_.profile, context_.limits,
        DumpCursor::DigestOf::file, [this](std::string_view bytes) { target_hash_.add(bytes); });
    if (!target) {
        return failed(std::move(target.error()));
    }
    target_ = std::move(*target);
    return {};
}

Result<void> FileComparison::report_progress() {
    const std::uint64_t bytes = source_->bytes() + target_->bytes();
    const bool is_done = source_->at_end() && target_->at_end();
    if (bytes - reported_bytes_ < kReportBytes && !is_done) {
        return {};
    }
    const std::uint64_t more = bytes - reported_bytes_;
    reported_bytes_ = bytes;
    return context_.progress(more);
}

Result<void> FileComparison::step() {
    if (!source_->at_end()) {
        Result<bool> settled = settle_source(source_->record());
        if (!settled) {
            return failed(std::move(settled.error()));
        }
        if (*settled) {
            return source_->advance();
        }
    }
    if (!target_->at_end() && target_->record().is_bad()) {
        note_bad_target(target_->record());
        return target_->advance();
    }
    Result<bool> matched = match_late();
    if (!matched) {
        return failed(std::move(matched.error()));
    }
    if (*matched) {
        return {};
    }
    const bool both = !source_->at_end() && !target_->at_end();
    if (both && source_->record().id() == target_->record().id()) {
        return match_at_hand();
    }
    return set_aside();
}

Result<bool> FileComparison::settle_source(const RecordView& record) {
    for (;;) {
        Result<const FailureEntry*> entry = context_.failures.peek(compared_.file.name);
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (*entry == nullptr || (*entry)->ordinal > record.ordinal()) {
            break;
        }
        const bool is_this = (*entry)->ordinal == record.ordinal();
        if (is_this) {
            settle_failed(record, **entry);
        } else {
            settle_stale(**entry);
        }
        context_.failures.pop();
        if (is_this) {
            return true;
        }
    }
    if (record.is_bad()) {
        settle_bad(record);
        return true;
    }
    if (context_.excluded != nullptr &&
        context_.excluded->contains(compared_.file.gallery, record.id())) {
        counts_.excluded += pairs_.take_settled(record, counts_.source);
        return true;
    }
    return false;
}

void FileComparison::settle_failed(const RecordView& record, const FailureEntry& entry) {
    counts_.failed += pairs_.take_settled(record, counts_.source);
    ++counts_.failed_by_reason[std::string(reason_name(entry.reason))];
    const std::optional<RecordId> id =
        record.is_bad() ? std::nullopt : std::optional<RecordId>(record.id());
    if (entry.id == id && entry.record == record.bytes() &&
        entry.gallery == compared_.file.gallery) {
        return;
    }
    findings_.add(Reason::failures_differ, in_file(context_.failures.path(), id),
                  fmt::format("the record listed as failed is not the one at byte {} of {}",
                              record.span().offset, compared_.source_path));
}

void FileComparison::settle_stale(const FailureEntry& entry) {
    if (entry.id) {
        if (const auto facts = unmatched_source_.take_exactly(*entry.id, entry.ordinal)) {
            counts_.failed += pairs_.share_of(*entry.id, *facts);
            ++counts_.failed_by_reason[std::string(reason_name(entry.reason))];
        }
    }
    findings_.add(Reason::failures_differ, in_file(context_.failures.path(), entry.id),
                  fmt::format("the entry of {} for its record number {} is out of order or there "
                              "twice",
                              compared_.file.name, entry.ordinal));
}

void FileComparison::settle_bad(const RecordView& record) {
    pairs_.take_settled(record, counts_.source);
    const Error& error = record.block->error_of(record.index);
    Place place = error.place();
    place.file = compared_.source_path;
    if (context_.skip_bad_records) {
        findings_.add(Reason::record_lost, std::move(place),
                      "a bad record of the source is not listed as failed: " + error.detail());
    } else {
        findings_.add(error.reason(), std::move(place), error.detail());
    }
}

void FileComparison::note_bad_target(const RecordView& record) {
    pairs_.take_settled(record, counts_.target);
    const Error& error = record.block->error_of(record.index);
    Place place = error.place();
    place.file = compared_.target_path;
    findings_.add(Reason::record_altered, std::move(place),
                  "this is not a record that could be read: " + error.detail());
}

Result<bool> FileComparison::match_late() {
    if (!target_->at_end()) {
        const RecordView record = target_->record();
        if (const auto facts = unmatched_source_.take(record.id())) {
            const RecordFacts own = pairs_.take_target(record, counts_.target);
            pairs_.compare_late(record.id(), *facts, own);
            note_order(record.id(), own.offset, facts->ordinal, own.ordinal);
            return pass_target(record).map([] { return true; });
        }
    }
    if (!source_->at_end()) {
        const RecordView record = source_->record();
        if (const auto facts = unmatched_target_.take(record.id())) {
            const RecordFacts own = pairs_.take_source(record, counts_.source);
            pairs_.compare_late(record.id(), own, *facts);
            note_order(record.id(), facts->offset, own.ordinal, facts->ordinal);
            return source_->advance().map([] { return true; });
        }
    }
    return false;
}

Result<void> FileComparison::match_at_hand() {
    const RecordView source = source_->record();
    const RecordView target = target_->record();
    pairs_.compare(source, target, counts_.source, counts_.target);
    note_order(target.id(), target.span().offset, source.ordinal(), target.ordinal());
    return pass_target(target).and_then([this] { return source_->advance(); });
}

Result<void> FileComparison::set_aside() {
    if (!source_->at_end()) {
        const RecordView record = source_->record();
        const RecordFacts facts = pairs_.take_source(record, counts_.source);
        if (!counts_.was_digest_only) {
            unmatched_source_.add(record.id(), facts);
        }
        if (Result<void> advanced = source_->advance(); !advanced) {
            return advanced;
        }
    }
    // A bad one is for the next step to report.
    if (!target_->at_end() && !target_->record().is_bad()) {
        const RecordView record = target_->record();
        const RecordFacts facts = pairs_.take_target(record, counts_.target);
        if (!counts_.was_digest_only) {
            unmatched_target_.add(record.id(), facts);
        }
        if (Result<void> passed = pass_target(record); !passed) {
            return passed;
        }
    }
    if (unmatched_source_.size() + unmatched_target_.size() > context_.most_unmatched) {
        counts_.was_digest_only = true;
        unmatched_source_.clear();
        unmatched_target_.clear();
    }
    return {};
}

Result<void> FileComparison::pass_target(const RecordView& record) {
    return census_.add(record.id()).and_then([this] { return target_->advance(); });
}

void FileComparison::note_order(RecordId id, std::uint64_t offset, std::uint64_t source,
                                std::uint64_t target) {
    // Of two records with a later one at hand, the waiting one was passed by its successor.
    if (source < highest_source_ || target < highest_target_) {
        findings_.add(Reason::order_changed, [&] {
            return Findings::finding(
                Reason::order_changed, pairs_.target_place(id, offset),
                fmt::format("the record stands at another place than in the source (record number "
                            "{} there, {} here)",
                            source, target));
        });
    }
    highest_source_ = std::max(highest_source_, source);
    highest_target_ = std::max(highest_target_, target);
}

Result<void> FileComparison::finish() {
    counts_.norm_decades = pairs_.norm_decades();
    counts_.source_bytes = source_->bytes();
    counts_.target_bytes = target_->bytes();
    counts_.source_fingerprint = source_hash_.value().hex();
    counts_.target_sha256 = target_hash_.hex();
    if (Result<void> closed = close_failures(); !closed) {
        return closed;
    }
    LeftoverRecords left(context_, compared_, pairs_);
    left.close_source(unmatched_source_, counts_);
    if (Result<void> closed = left.close_target(unmatched_target_, census_); !closed) {
        return closed;
    }
    compare_frames(context_, compared_, *source_, *target_, counts_.target.count);
    return {};
}

Result<void> FileComparison::close_failures() {
    return context_.failures.pass_rest_of(compared_.file.name, [this](const FailureEntry& entry) {
        findings_.add(Reason::failures_differ, in_file(context_.failures.path(), entry.id),
                      fmt::format("the list names record number {} of {}, which has fewer",
                                  entry.ordinal, compared_.file.name));
    });
}

}  // namespace ffdump
