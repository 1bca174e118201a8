// SPDX-License-Identifier: Apache-2.0
#include "record_elements.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/record/facen.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <array>
#include <memory>
#include <string_view>
#include <utility>

namespace ffdump {

RecordElements ElementMaker::of(const RecordView& record) {
    const RecordId id = record.id();
    const Result<Facen> facen = decode_facen(record.facen(), encoding_);
    const std::array<std::string_view, 2> undecoded{"facen", record.facen()};
    RecordElements elements;
    elements.sums = {.count = 1,
                     .ids = digester_.ids(id),
                     .rest = digester_.rest(id, RestPieces(*record.block, record.span()).pieces()),
                     .vec = facen ? digester_.vec(id, *facen) : digester_.rest(id, undecoded)};
    std::string model;
    std::array<std::string_view, 2> pieces{};
    if (record.span().has_facen_model) {
        model = record.block->text(record.span().facen_model)
                    .value_or(std::string(record.facen_model()));
        pieces = {"model", model};
    }
    elements.models = digester_.rest(id, pieces);
    return elements;
}

Result<void> visit_records(FileSystem& files, const DumpFile& file, const ReadLimits& limits,
                           const RecordVisit& visit) {
    Result<std::unique_ptr<DumpCursor>> cursor =
        DumpCursor::open(files, file.path, file.profile, limits, DumpCursor::DigestOf::file, {});
    if (!cursor) {
        return failed(std::move(cursor.error()));
    }
    while (!(*cursor)->at_end()) {
        Result<void> visited = visit((*cursor)->record(), (*cursor)->bytes());
        if (!visited) {
            return visited;
        }
        if (Result<void> advanced = (*cursor)->advance(); !advanced) {
            return advanced;
        }
    }
    return {};
}

}  // namespace ffdump
