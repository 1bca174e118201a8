// SPDX-License-Identifier: Apache-2.0
#include "paired_sample.hpp"

#include "group_draw.hpp"

#include "ffdump/dump/member_text.hpp"
#include "ffdump/dump/record_walk.hpp"

#include <functional>
#include <map>
#include <optional>
#include <unordered_map>
#include <utility>

namespace ffdump {
namespace {

constexpr double kAnyNorm = 1e30;

using Groups = std::vector<std::vector<DrawnRecord>>;

/// A facen that has a direction.
std::optional<Facen> usable_facen(std::string_view text, const FacenEncoding& encoding) {
    Result<Facen> facen = decode_facen(text, encoding);
    if (!facen) {
        return std::nullopt;
    }
    const Result<double> norm = check_facen(*facen, {.dimension = 0, .norm_tolerance = kAnyNorm});
    return norm && *norm > 0 ? std::optional<Facen>(std::move(*facen)) : std::nullopt;
}

class PairDrawing {
 public:
    PairDrawing(FileSystem& files, const QualityOptions& options, const std::string& gallery)
        : files_(files),
          options_(options),
          order_(options.seed, gallery),
          records_({.records = options.sample, .percent = {}}, options.sample),
          groups_(options.sample) {}

    Result<void> draw(const DumpFile& after);
    Result<void> look_up(const DumpFile& before);
    PairedSample join();

 private:
    using Take = std::function<void(const RecordBlock&, const RecordSpan&, std::string_view)>;
    Result<void> walk(const DumpFile& file, const Take& take);
    void offer(const RecordBlock& block, const RecordSpan& span, std::string_view record);
    void add_group(const std::vector<DrawnRecord>& group);

    FileSystem& files_;
    const QualityOptions& options_;
    DrawOrder order_;
    RecordDraw records_;
    GroupDraw groups_;
    FacenEncoding encoding_;
    Groups drawn_;
    std::unordered_map<std::uint64_t, Facen> before_;  ///< by id
    PairedSample sample_;
    std::uint64_t passed_ = 0;  ///< bytes
};

Result<void> PairDrawing::walk(const DumpFile& file, const Take& take) {
    Result<std::unique_ptr<RecordWalk>> walk =
        RecordWalk::open(files_, file.path, file.profile, options_.limits);
    if (!walk) {
        return failed(std::move(walk.error()));
    }
    encoding_ = file.profile.facen_encoding;
    RecordBlock block;
    for (;;) {
        Result<bool> more = (*walk)->next(block);
        if (!more || !*more) {
            return more.map([](bool) {});
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (!block.is_bad(i)) {
                take(block, block.spans[i], block.record(i));
            }
        }
        passed_ += block.used;
        if (options_.progress && !options_.progress("reading", passed_, 0)) {
            return failed(Reason::interrupted, "interrupted while measuring the quality");
        }
    }
}

void PairDrawing::offer(const RecordBlock& block, const RecordSpan& span, std::string_view record) {
    ++sample_.records;
    const std::uint64_t rank = order_.rank(span.id);
    std::uint64_t group = 0;
    if (!options_.group_by.empty()) {
        const std::optional<std::string> name =
            member_text(block.notation, record, options_.group_by);
        if (!name) {
            ++sample_.ungrouped;
            return;
        }
        group = order_.rank(*name);
    }
    if (options_.group_by.empty() ? !records_.wants(rank) : !groups_.wants(group, rank)) {
        return;
    }
    std::optional<Facen> facen = usable_facen(block.view(span.facen), encoding_);
    if (!facen) {
        return;
    }
    DrawnRecord drawn{span.id, rank, {}, std::move(*facen)};
    if (options_.group_by.empty()) {
        records_.add(std::move(drawn));
    } else {
        groups_.add(group, std::move(drawn));
    }
}

Result<void> PairDrawing::draw(const DumpFile& after) {
    Result<void> walked =
        walk(after, [this](const RecordBlock& block, const RecordSpan& span,
                           std::string_view record) { offer(block, span, record); });
    if (walked) {
        drawn_ = options_.group_by.empty() ? Groups{records_.take()} : groups_.take();
    }
    return walked;
}

Result<void> PairDrawing::look_up(const DumpFile& before) {
    for (const std::vector<DrawnRecord>& group : drawn_) {
        for (const DrawnRecord& record : group) {
            before_.emplace(record.id.value, Facen());
        }
    }
    return walk(before, [this](const RecordBlock& block, const RecordSpan& span, std::string_view) {
        const auto wanted = before_.find(span.id.value);
        if (wanted != before_.end() && wanted->second.empty()) {
            wanted->second = usable_facen(block.view(span.facen), encoding_).value_or(Facen());
        }
    });
}

void PairDrawing::add_group(const std::vector<DrawnRecord>& group) {
    const std::size_t begin = sample_.ids.size();
    for (const DrawnRecord& record : group) {
        const Facen& before = before_[record.id.value];
        if (before.empty()) {
            continue;
        }
        if (sample_.ids.empty()) {
            sample_.before = UnitRows(before.size());
            sample_.after = UnitRows(record.facen.size());
        }
        if (before.size() == sample_.before.columns() &&
            record.facen.size() == sample_.after.columns()) {
            sample_.ids.push_back(record.id);
            sample_.before.add(before);
            sample_.after.add(record.facen);
            sample_.unlike += before == record.facen ? 0U : 1U;
        }
    }
    if (!options_.group_by.empty() && sample_.ids.size() != begin) {
        sample_.groups.push_back({begin, sample_.ids.size()});
    }
}

PairedSample PairDrawing::join() {
    for (const std::vector<DrawnRecord>& group : drawn_) {
        add_group(group);
    }
    return std::move(sample_);
}

}  // namespace

Result<PairedSample> draw_pairs(FileSystem& files, const DumpFile& before, const DumpFile& after,
                                const QualityOptions& options) {
    PairDrawing drawing(files, options, after.gallery);
    return drawing.draw(after).and_then([&] { return drawing.look_up(before); }).map([&] {
        return drawing.join();
    });
}

}  // namespace ffdump
