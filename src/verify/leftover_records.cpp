// SPDX-License-Identifier: Apache-2.0
#include "leftover_records.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ffdump {
namespace {

/// Doubled ids that are told apart by name; all are counted.
constexpr std::size_t kMostDoubled = 100'000;

}  // namespace

void LeftoverRecords::close_source(const UnmatchedRecords& left, FileCounts& counts) {
    if (context_.excluded != nullptr) {
        // Those on the list have been settled on the way.
        note_lost(left, false);
        return;
    }
    RecordSums sums;
    for (const auto& [key, facts] : left.all()) {
        sums += pairs_.share_of(key.first, facts);
    }
    const RecordSums& promised = compared_.file.tally.excluded;
    if (counts.was_digest_only) {
        // Nothing is known by name; what the manifest calls excluded must make the law hold.
        counts.excluded = {promised.count, promised.ids, promised.rest, {}};
    } else if (sums.count == promised.count && sums.ids == promised.ids &&
               sums.rest == promised.rest) {
        counts.excluded = sums;
    } else {
        note_lost(left, promised.count != 0);
    }
}

void LeftoverRecords::note_lost(const UnmatchedRecords& left, bool could_be_excluded) {
    const char* const text =
        could_be_excluded
            ? "this record of the source is neither in the new dump nor listed as failed, and what "
              "is missing is not what the manifest calls excluded (--exclude-ids FILE tells lost "
              "from excluded)"
            : "this record of the source is neither in the new dump nor listed as failed";
    for (const auto& [key, facts] : left.all()) {
        context_.findings.add(Reason::record_lost,
                              at_byte(compared_.source_path, facts.offset, key.first), text);
    }
}

LeftoverRecords::Verdict LeftoverRecords::judge(RecordId id, bool is_doubled,
                                                bool is_failed) const {
    if (is_doubled) {
        return {Reason::record_doubled, "the new dump holds this id more than once"};
    }
    if (is_failed) {
        return {Reason::failed_record_present,
                "the record is listed as failed, and yet it is in the new dump"};
    }
    if (context_.excluded != nullptr && context_.excluded->contains(compared_.file.gallery, id)) {
        return {Reason::law_broken, "the record is to be excluded, and yet it is in the new dump"};
    }
    return {Reason::record_extra, "the source has no such record"};
}

Result<void> LeftoverRecords::close_target(const UnmatchedRecords& left, IdCensus& census) {
    Result<IdCensus::Duplicates> doubled = census.finish(kMostDoubled);
    if (!doubled) {
        return failed(std::move(doubled.error()));
    }
    std::ranges::sort(doubled->examples);
    std::set<std::uint64_t> wanted;
    for (const auto& [key, facts] : left.all()) {
        wanted.insert(key.first.value);
    }
    Result<std::set<std::uint64_t>> also_failed =
        failed_among(context_.files, context_.failures, compared_.file.name, wanted);
    if (!also_failed) {
        return failed(std::move(also_failed.error()));
    }
    std::set<std::uint64_t> told;
    for (const auto& [key, facts] : left.all()) {
        const RecordId id = key.first;
        const Verdict verdict = judge(id, std::ranges::binary_search(doubled->examples, id),
                                      also_failed->contains(id.value));
        context_.findings.add(verdict.reason, pairs_.target_place(id, facts.offset), verdict.text);
        if (verdict.reason == Reason::record_doubled) {
            told.insert(id.value);
        }
    }
    if (context_.allow_duplicate_ids) {
        return {};
    }
    std::uint64_t named = told.size();
    for (const RecordId id : doubled->examples) {
        if (!told.contains(id.value)) {
            context_.findings.add(Reason::record_doubled, in_file(compared_.target_path, id),
                                  "source and new dump hold this id more than once");
            ++named;
        }
    }
    context_.findings.add_unnamed(Reason::record_doubled,
                                  doubled->count - std::min(doubled->count, named));
    return {};
}

}  // namespace ffdump
