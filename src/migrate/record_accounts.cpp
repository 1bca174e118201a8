// SPDX-License-Identifier: Apache-2.0
#include "record_accounts.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <algorithm>

namespace ffdump {

namespace {

void note_source(Tally& tally, const BlockWork& work, const RecordSpan& span,
                 const FacenEncoding& encoding) {
    if (tally.old_dimension == 0) {
        tally.old_dimension = dimension_of_text(work.block.view(span.facen), encoding);
    }
    if (span.has_facen_model) {
        if (tally.with_model == 0) {
            tally.old_model = work.block.text(span.facen_model).value_or("");
        }
        ++tally.with_model;
    }
}

}  // namespace

void RecordAccounts::book(Tally& tally, const BlockWork& work, std::size_t i) {
    const RecordSpan& span = work.block.spans[i];
    const RecordFate& fate = work.fates[i];
    RecordSums sums{.count = 1, .ids = {}, .rest = {}, .vec = {}};
    if (work.block.is_bad(i)) {
        sums.rest = digester_.bad(work.block.view(span.record));
    } else {
        sums.ids = digester_.ids(span.id);
        sums.rest = digester_.rest(span.id, RestPieces(work.block, span).pieces());
        note_source(tally, work, span, encoding_);
    }
    tally.source += sums;
    switch (fate.state) {
        case RecordFate::State::changed: {
            // What a reader of the new dump will see.
            sums.vec = encoding_.type == FacenEncoding::Float::float16
                           ? digester_.vec(span.id, as_written(fate.facen, encoding_))
                           : digester_.vec(span.id, fate.facen);
            tally.norm_min = tally.norm_max == 0 ? fate.norm : std::min(tally.norm_min, fate.norm);
            tally.norm_max = std::max(tally.norm_max, fate.norm);
            tally.new_dimension = fate.facen.size();
            tally.target += sums;
            if (fate.source != nullptr) {
                ++tally.images_by_source[*fate.source];
            }
            break;
        }
        case RecordFate::State::failed:
            tally.failed += sums;
            ++tally.failed_by_reason[std::string(reason_name(fate.failure->error.reason()))];
            break;
        case RecordFate::State::excluded:
            tally.excluded += sums;
            break;
        case RecordFate::State::kept:
        case RecordFate::State::open:
            tally.target += sums;
            break;
    }
}

}  // namespace ffdump
