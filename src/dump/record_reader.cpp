// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_reader.hpp"

#include "array_resync.hpp"
#include "json_scan.hpp"
#include "read_buffer.hpp"
#include "record_framing.hpp"
#include "record_parser.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

/// Ranges in a block have 32 bits, and simdjson takes 4 GiB.
constexpr std::size_t kMostBytes = std::size_t{1} << 30U;
/// The walk over a record is recursive; a thousand levels need some 200 KiB of stack.
constexpr std::size_t kMostDepth = 1000;

ReadLimits bounded(ReadLimits limits) {
    limits.record_bytes = std::clamp<std::size_t>(limits.record_bytes, 1, kMostBytes);
    limits.block_bytes = std::clamp<std::size_t>(limits.block_bytes, 1, kMostBytes);
    limits.depth = std::clamp<std::size_t>(limits.depth, 1, kMostDepth);
    return limits;
}

std::unique_ptr<RecordFraming> make_framing(Container container, bool resumed) {
    return container == Container::json_array ? make_array_framing(resumed) : make_line_framing();
}

void clear(RecordBlock& block, const ReadPosition& begin) {
    block.used = 0;
    block.spans.clear();
    block.errors.clear();
    block.header = {};
    block.trailer = {};
    block.begin = begin;
    block.last = false;
}

ByteRange range(std::size_t begin, std::size_t size) {
    return {.begin = static_cast<std::uint32_t>(begin), .size = static_cast<std::uint32_t>(size)};
}

}  // namespace

struct RecordReader::State {
    State(ByteSource& source, const Profile& profile, std::string name, ReadLimits wanted,
          ReadPosition start)
        : file(std::move(name)),
          limits(bounded(wanted)),
          in_array(profile.container == Container::json_array),
          at(start),
          header_due(start.offset == 0),
          buffer(source),
          framing(make_framing(profile.container, start.offset != 0)),
          parser(profile, limits.depth) {}

    Result<bool> next(RecordBlock& block);

 private:
    enum class Step : std::uint8_t { go_on, block_is_full };

    [[nodiscard]] std::string_view window() const { return buffer.bytes().substr(used); }
    Result<Step> step(RecordBlock& block);
    Result<Step> read_more(RecordBlock& block, const Frame& frame);
    Result<Step> too_large(RecordBlock& block, std::size_t lead);
    bool take_header(RecordBlock& block);
    void take_trailer(RecordBlock& block, std::size_t size);
    void take_record(RecordBlock& block, const Frame& frame);
    void parse(RecordBlock& block, RecordSpan& span, const Frame& frame);
    void resync(Frame& frame);
    void mark_bad(RecordBlock& block, RecordSpan& span, ParseFault fault) const;
    void advance(std::size_t bytes, std::uint64_t newlines);
    [[nodiscard]] Place place(std::uint64_t line, std::uint64_t offset) const;

    std::string file;
    ReadLimits limits;
    bool in_array;
    ReadPosition at;
    bool header_due;
    std::size_t used = 0;  ///< bytes of the buffer that belong to the block in the making
    bool finished = false;
    std::optional<Error> failure;
    ReadBuffer buffer;
    std::unique_ptr<RecordFraming> framing;
    RecordParser parser;
};

Result<bool> RecordReader::State::next(RecordBlock& block) {
    clear(block, at);
    if (failure) {
        return failed(*failure);
    }
    if (finished) {
        return false;
    }
    used = 0;
    Result<void> filled = buffer.fill(limits.block_bytes);
    Result<Step> done = filled ? step(block) : failed(std::move(filled.error()));
    while (done && *done == Step::go_on && !finished) {
        done = step(block);
    }
    if (!done) {
        failure = std::move(done.error());
        clear(block, at);
        return failed(*failure);
    }
    buffer.hand_over(block, used, limits.block_bytes);
    block.end = at;
    block.last = finished;
    return true;
}

/// Takes one frame off the front of the window.
Result<RecordReader::State::Step> RecordReader::State::step(RecordBlock& block) {
    if (header_due) {
        return take_header(block) ? Step::go_on : read_more(block, {});
    }
    const bool whole = buffer.at_end();
    if (whole && window().empty() && used == 0) {
        // Only where reading starts again at the end of a file: no block but the last ends there.
        take_trailer(block, 0);
        return Step::go_on;
    }
    Frame frame = framing->next(window(), whole, at.ordinal == 0);
    if (frame.kind == Frame::Kind::incomplete) {
        return read_more(block, frame);
    }
    if (frame.kind == Frame::Kind::trailer) {
        take_trailer(block, frame.record);
        return Step::go_on;
    }
    if (std::max(frame.lead, frame.record) > limits.record_bytes) {
        return too_large(block, frame.lead);
    }
    if (frame.is_runaway) {
        resync(frame);
    }
    take_record(block, frame);
    return Step::go_on;
}

/// Not a whole record at hand. Ends the block, unless it has none yet or would end where the file
/// might: the reader of such a place could not tell whether the array was closed.
Result<RecordReader::State::Step> RecordReader::State::read_more(RecordBlock& block,
                                                                 const Frame& frame) {
    const std::size_t pending = window().size();
    if (block.size() != 0 && pending != 0) {
        return Step::block_is_full;
    }
    if (std::max(frame.lead, pending - frame.lead) > limits.record_bytes) {
        return too_large(block, frame.lead);
    }
    // A large record grows by an eighth each time, so that little of what follows is read with it.
    constexpr std::size_t kGrowth = 8;
    const std::size_t more = pending == 0 ? 1 : std::max(limits.block_bytes, pending / kGrowth);
    if (Result<void> filled = buffer.fill(buffer.bytes().size() + more); !filled) {
        return failed(std::move(filled.error()));
    }
    return Step::go_on;
}

Result<RecordReader::State::Step> RecordReader::State::too_large(RecordBlock& block,
                                                                 std::size_t lead) {
    if (block.size() != 0) {
        return Step::block_is_full;
    }
    if (in_array && !header_due && lead <= limits.record_bytes) {
        // An element that never ends is more likely damaged than large.
        const std::string_view element =
            window().substr(lead, std::min(window().size() - lead, limits.record_bytes));
        if (const auto border = find_next_record(element, parser)) {
            take_record(block, {.kind = Frame::Kind::bad,
                                .lead = lead,
                                .record = *border,
                                .detail = "quotes or brackets do not match"});
            return Step::go_on;
        }
    }
    return failed(
        Error(Reason::record_too_large,
              fmt::format("a record is over the limit of {} bytes", limits.record_bytes))
            .at(place(at.line + count_newlines(window().substr(0, lead)), at.offset + lead)));
}

bool RecordReader::State::take_header(RecordBlock& block) {
    const std::optional<std::size_t> size = framing->header(window(), buffer.at_end());
    if (!size) {
        return false;
    }
    header_due = false;
    block.header = range(used, *size);
    advance(*size, count_newlines(window().substr(0, *size)));
    return true;
}

void RecordReader::State::take_trailer(RecordBlock& block, std::size_t size) {
    block.trailer = range(used, size);
    advance(size, count_newlines(window().substr(0, size)));
    finished = true;
}

void RecordReader::State::take_record(RecordBlock& block, const Frame& frame) {
    const std::string_view bytes = window();
    const std::uint64_t lead_lines = count_newlines(bytes.substr(0, frame.lead));
    const std::uint64_t record_lines =
        in_array ? count_newlines(bytes.substr(frame.lead, frame.record)) : 0;
    const std::size_t tail = frame.lead + frame.record;
    const std::uint64_t tail_lines = count_newlines(bytes.substr(tail, frame.tail));

    RecordSpan& span = block.spans.emplace_back();
    span.lead = range(used, frame.lead);
    span.record = range(used + frame.lead, frame.record);
    span.tail = range(used + tail, frame.tail);
    span.offset = at.offset + frame.lead;
    span.line = at.line + lead_lines;
    if (frame.kind == Frame::Kind::bad) {
        mark_bad(block, span, {.reason = frame.reason, .detail = frame.detail, .at = 0, .id = {}});
    } else {
        parse(block, span, frame);
    }
    advance(tail + frame.tail, lead_lines + record_lines + tail_lines);
    ++at.ordinal;
    if (frame.final) {
        block.trailer = range(used, 0);
        finished = true;
    }
}

void RecordReader::State::parse(RecordBlock& block, RecordSpan& span, const Frame& frame) {
    const std::string_view record = window().substr(frame.lead, frame.record);
    std::optional<ParseFault> fault =
        parser.parse({.bytes = record.data(),
                      .size = record.size(),
                      .capacity = buffer.capacity() - span.record.begin,
                      .begin = span.record.begin},
                     span);
    if (!fault) {
        return;
    }
    const bool opens = record.front() == '{';
    if (frame.unterminated && opens && bracket_end(record, 0) == kNowhere) {
        fault = {.reason = Reason::record_torn,
                 .detail = "the file ends inside a record",
                 .at = 0,
                 .id = {}};
    }
    mark_bad(block, span, std::move(*fault));
}

/// One damaged quote or bracket must not take the records behind it along.
void RecordReader::State::resync(Frame& frame) {
    const std::string_view element = window().substr(frame.lead, frame.record);
    if (const auto border = find_next_record(element, parser)) {
        frame.record = *border;
        frame.reason = Reason::record_malformed;
        frame.detail = "quotes or brackets do not match";
        frame.final = false;
    }
}

void RecordReader::State::mark_bad(RecordBlock& block, RecordSpan& span, ParseFault fault) const {
    const std::string_view before = window().substr(span.record.begin - used, fault.at);
    Place where =
        place(span.line + (in_array ? count_newlines(before) : 0), span.offset + fault.at);
    if (fault.id) {
        where.record_id = fault.id->value;
    }
    span.bad = static_cast<std::int32_t>(block.errors.size());
    block.errors.push_back(Error(fault.reason, std::move(fault.detail)).at(std::move(where)));
}

void RecordReader::State::advance(std::size_t bytes, std::uint64_t newlines) {
    used += bytes;
    at.offset += bytes;
    at.line += newlines;
}

Place RecordReader::State::place(std::uint64_t line, std::uint64_t offset) const {
    Place place;
    place.file = file;
    place.line = line;
    place.offset = offset;
    return place;
}

RecordReader::RecordReader(ByteSource& source, const Profile& profile, std::string file,
                           ReadLimits limits, ReadPosition start)
    : state_(std::make_unique<State>(source, profile, std::move(file), limits, start)) {}
RecordReader::~RecordReader() = default;

Result<bool> RecordReader::next(RecordBlock& block) {
    return state_->next(block);
}

}  // namespace ffdump
