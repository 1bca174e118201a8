// SPDX-License-Identifier: Apache-2.0
#include "differing_records.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

constexpr unsigned kBucketBits = 12;  // 4,096 of 48 bytes: a share of 10^9 records fits the memory

Sum128 all_of(const RecordElements& elements) {
    return elements.sums.ids + elements.sums.rest + elements.sums.vec + elements.models;
}

}  // namespace

DifferingRecords::DifferingRecords(FileSystem& files, const SameFacensOptions& options,
                                   Findings& findings, Step step)
    : files_(files),
      options_(options),
      findings_(findings),
      step_(std::move(step)),
      buckets_(std::size_t{1} << kBucketBits) {}

DifferingRecords::Bucket& DifferingRecords::bucket_of(RecordId id) {
    // Ids may be near to each other, so the upper bits of a product spread them.
    constexpr std::uint64_t kOdd = 0x9E3779B97F4A7C15U;
    return buckets_[(id.value * kOdd) >> (64U - kBucketBits)];
}

Result<bool> DifferingRecords::name(const GalleryFiles& gallery) {
    bool is_all = true;
    Result<void> done = fill(gallery.new_dump, Side::new_dump)
                            .and_then([&] { return fill(gallery.redump, Side::redump); })
                            .and_then([&] {
                                is_all = choose();
                                return keep(gallery.new_dump);
                            })
                            .and_then([&] { return meet(gallery.redump); });
    if (!done) {
        return failed(std::move(done.error()));
    }
    for (const auto& [id, kept] : kept_) {
        if (!kept.is_met) {
            note(Reason::record_lost, *kept.file, kept.offset, id,
                 "the dump of the restored shards lacks this record");
        }
    }
    return is_all;
}

Result<void> DifferingRecords::visit(
    const std::vector<const DumpFile*>& side,
    const std::function<void(const DumpFile&, const RecordView&, const RecordElements&)>& take) {
    for (const DumpFile* const file : side) {
        ElementMaker maker(*file);
        Result<void> visited = visit_records(files_, *file, options_.limits,
                                             [&](const RecordView& record, std::uint64_t bytes) {
                                                 if (!record.is_bad()) {
                                                     take(*file, record, maker.of(record));
                                                 }
                                                 return step_(bytes);
                                             });
        if (!visited) {
            return visited;
        }
    }
    return {};
}

Result<void> DifferingRecords::fill(const std::vector<const DumpFile*>& side, Side which) {
    return visit(side, [&](const DumpFile&, const RecordView& record, const RecordElements& own) {
        Bucket& bucket = bucket_of(record.id());
        ++bucket.records;
        if (which == Side::new_dump) {
            bucket.sum += all_of(own);
            ++bucket.difference;
        } else {
            bucket.sum -= all_of(own);
            --bucket.difference;
        }
    });
}

bool DifferingRecords::choose() {
    std::uint64_t records = 0;
    bool is_all = true;
    for (Bucket& bucket : buckets_) {
        if (bucket.difference == 0 && bucket.sum == Sum128{}) {
            continue;
        }
        bucket.is_chosen = records == 0 || records + bucket.records <= options_.most_records;
        records += bucket.is_chosen ? bucket.records : 0;
        is_all = is_all && bucket.is_chosen;
    }
    return is_all;
}

Result<void> DifferingRecords::keep(const std::vector<const DumpFile*>& side) {
    return visit(side,
                 [&](const DumpFile& file, const RecordView& record, const RecordElements& own) {
                     if (bucket_of(record.id()).is_chosen) {
                         kept_.emplace(record.id(), Kept{own, &file, record.span().offset});
                     }
                 });
}

Result<void> DifferingRecords::meet(const std::vector<const DumpFile*>& side) {
    return visit(side,
                 [&](const DumpFile& file, const RecordView& record, const RecordElements& own) {
                     if (bucket_of(record.id()).is_chosen) {
                         meet_one(file, record, own);
                     }
                 });
}

void DifferingRecords::meet_one(const DumpFile& file, const RecordView& record,
                                const RecordElements& elements) {
    const auto [begin, end] = kept_.equal_range(record.id());
    if (begin == end) {
        note(Reason::record_extra, file, record.span().offset, record.id(),
             "the new dump has no such record");
        return;
    }
    // Where an id stands twice in the new dump, its like is met before another.
    auto best = end;
    for (auto it = begin; it != end; ++it) {
        if (!it->second.is_met && (best == end || it->second.elements == elements)) {
            best = it;
        }
    }
    if (best == end) {
        note(Reason::record_doubled, file, record.span().offset, record.id(),
             "the dump of the restored shards holds this id more than once");
        return;
    }
    best->second.is_met = true;
    compare(file, record, elements, best->second);
}

void DifferingRecords::compare(const DumpFile& file, const RecordView& record,
                               const RecordElements& elements, const Kept& kept) {
    const auto differs = [&](Reason reason, const char* what) {
        note(reason, file, record.span().offset, record.id(),
             fmt::format("{} not that of the new dump (byte {} of {})", what, kept.offset,
                         kept.file->path));
    };
    if (elements.sums.vec != kept.elements.sums.vec) {
        differs(Reason::facen_differs, "the facen is");
    }
    if (elements.models != kept.elements.models) {
        differs(Reason::model_differs, "facen_model is");
    }
    if (elements.sums.rest != kept.elements.sums.rest) {
        differs(Reason::record_altered, "something beside facen and facen_model is");
    }
}

void DifferingRecords::note(Reason reason, const DumpFile& file, std::uint64_t offset, RecordId id,
                            std::string text) {
    findings_.add(reason, [&] {
        Finding finding{reason, at_byte(file.path, offset, id), std::move(text), {}};
        finding.cure = "restore this gallery again into empty shards, and dump them again";
        return finding;
    });
}

}  // namespace ffdump
