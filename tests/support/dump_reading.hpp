// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "drip_source.hpp"
#include "record_builder.hpp"

#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// A record as a reader gave it, kept beyond its block.
struct ReadRecord {
    std::string text;
    std::optional<Error> error;
    std::uint64_t id = 0;
    std::string facen;
    std::optional<std::string> model;
    std::optional<std::string> normalized_id;
    std::uint64_t offset = 0;
    std::uint64_t line = 0;

    [[nodiscard]] bool is(Reason reason) const { return error && error->reason() == reason; }
};

/// Everything that reading a file gave.
struct DumpReading {
    std::vector<ReadRecord> records;
    std::string joined;               ///< header, leads, records, tails, trailer, in order
    std::vector<ReadPosition> ends;   ///< of the blocks
    std::vector<std::size_t> counts;  ///< records up to each block's end
    std::optional<Error> failure;     ///< of next()

    [[nodiscard]] std::size_t bad() const {
        std::size_t bad = 0;
        for (const ReadRecord& record : records) {
            bad += record.error ? 1U : 0U;
        }
        return bad;
    }
    [[nodiscard]] std::vector<std::uint64_t> good_ids() const {
        std::vector<std::uint64_t> ids;
        for (const ReadRecord& record : records) {
            if (!record.error) {
                ids.push_back(record.id);
            }
        }
        return ids;
    }
};

/// How a dump is read in a test.
struct ReadingStyle {
    Container container = Container::json_lines;
    std::size_t block_bytes = 256U << 10U;
    std::size_t read_bytes = SIZE_MAX;  ///< most that the source gives at once
    std::size_t record_bytes = 64U << 20U;
    std::size_t depth = 64;
    ReadPosition start = {};
    std::optional<Profile> profile = std::nullopt;  ///< that of RecordBuilder when there is none

    [[nodiscard]] Profile layout() const { return profile.value_or(builder_profile(container)); }
};

inline ReadRecord copy_of(const RecordBlock& block, std::size_t i) {
    const RecordSpan& span = block.spans[i];
    ReadRecord record;
    record.text = block.view(span.record);
    record.offset = span.offset;
    record.line = span.line;
    if (block.is_bad(i)) {
        record.error = block.error_of(i);
        return record;
    }
    record.id = span.id.value;
    record.facen = block.view(span.facen);
    if (span.has_facen_model) {
        record.model = block.view(span.facen_model);
    }
    if (span.has_normalized_id) {
        record.normalized_id = block.view(span.normalized_id);
    }
    return record;
}

inline std::string joined_bytes(const RecordBlock& block) {
    std::string joined(block.view(block.header));
    for (const RecordSpan& span : block.spans) {
        joined += block.view(span.lead);
        joined += block.view(span.record);
        joined += block.view(span.tail);
    }
    return joined.append(block.view(block.trailer));
}

/// Reads `bytes`, which begin at style.start of their file, to the end.
inline DumpReading read_dump(std::string_view bytes, const ReadingStyle& style) {
    DripSource source(bytes, style.read_bytes);
    const Profile profile = style.layout();
    RecordReader reader(source, profile, "dump.json",
                        {.record_bytes = style.record_bytes,
                         .depth = style.depth,
                         .block_bytes = style.block_bytes},
                        style.start);
    DumpReading reading;
    RecordBlock block;
    for (;;) {
        Result<bool> more = reader.next(block);
        if (!more) {
            reading.failure = more.error();
            return reading;
        }
        if (!*more) {
            return reading;
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            reading.records.push_back(copy_of(block, i));
        }
        reading.joined += joined_bytes(block);
        reading.ends.push_back(block.end);
        reading.counts.push_back(reading.records.size());
    }
}

/// Records joined to a file of this container, one a line but for streams.
inline std::string dump_of(const std::vector<std::string>& records, Container container) {
    std::string text = container == Container::json_object ? "{\"a\":[1],\"faces\":" : "";
    text += is_array(container) ? "[\n" : "";
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (is_array(container)) {
            text += (i == 0 ? "" : ",\n") + records[i];
        } else {
            text += records[i] + (container == Container::json_lines ? "\n" : "");
        }
    }
    text += is_array(container) ? "\n]" : "";
    return text + (container == Container::json_object  ? ",\"b\":2}\n"
                   : container == Container::json_array ? "\n"
                                                        : "");
}

/// Reads `bytes` and puts the file together again; `choose(out, splicer, block, i)` decides what
/// becomes of record i of a block.
template <class Choose>
std::string splice_dump(std::string_view bytes, const ReadingStyle& style, Choose choose) {
    DripSource source(bytes, style.read_bytes);
    const Profile profile = style.layout();
    RecordReader reader(source, profile, "dump.json", {.block_bytes = style.block_bytes});
    FileSplicer::State state;
    RecordBlock block;
    std::string out;
    for (Result<bool> more = reader.next(block); more.value(); more = reader.next(block)) {
        // A new splicer a block, as a resumed run has.
        FileSplicer splicer(profile, state);
        splicer.header(out, block);
        for (std::size_t i = 0; i < block.size(); ++i) {
            choose(out, splicer, block, i);
        }
        splicer.trailer(out, block);
        state = splicer.state();
    }
    return out;
}

/// The file with facens and models replaced by a mark, by the reader's own positions.
inline std::string masked(std::string_view file, const ReadingStyle& style) {
    return splice_dump(
        file, style,
        [](std::string& out, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
            const RestPieces rest(block, block.spans[i]);
            splicer.left_out(block, i);
            out += block.view(block.spans[i].lead);
            std::string mark;
            for (const std::string_view piece : rest.pieces()) {
                out.append(std::exchange(mark, "*")).append(piece);
            }
            out += block.view(block.spans[i].tail);
        });
}

}  // namespace ffdump
