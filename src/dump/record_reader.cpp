// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_reader.hpp"

#include "json_scan.hpp"
#include "read_buffer.hpp"
#include "record_framing.hpp"
#include "record_parser.hpp"
#include "resync.hpp"
#include "stated_values.hpp"

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

std::unique_ptr<RecordFraming> make_framing(const Profile& profile, const StatedReader& stated,
                                            FramingStart start) {
    switch (profile.container) {
        case Container::json_lines:
            return make_line_framing(profile, stated);
        case Container::json_stream:
            return make_stream_framing(profile, stated);
        case Container::msgpack_stream:
        case Container::msgpack_array:
            return make_msgpack_framing(profile, start);
        case Container::json_array:
        case Container::json_object:
            break;
    }
    return make_array_framing(profile, stated, start);
}

std::unique_ptr<RecordParser> make_parser(const Profile& profile, std::size_t depth) {
    return notation_of(profile.container) == Notation::json ? make_json_parser(profile, depth)
                                                            : make_msgpack_parser(profile, depth);
}

void clear(RecordBlock& block, const ReadPosition& begin, Notation notation) {
    block.used = 0;
    block.spans.clear();
    block.errors.clear();
    block.header = {};
    block.trailer = {};
    block.header_values = {};
    block.trailer_values = {};
    block.begin = begin;
    block.last = false;
    block.notation = notation;
}

ByteRange range(std::size_t begin, std::size_t size) {
    return {.begin = static_cast<std::uint32_t>(begin), .size = static_cast<std::uint32_t>(size)};
}

}  // namespace

struct RecordReader::State {
    State(ByteSource& source, const Profile& profile, std::string file, ReadLimits limits,
          ReadPosition start)
        : file_(std::move(file)),
          limits_(bounded(limits)),
          notation_(notation_of(profile.container)),
          at_(start),
          header_due_(start.offset == 0),
          buffer_(source),
          stated_(profile),
          framing_(make_framing(
              profile, stated_,
              start.offset == 0 ? FramingStart::at_header : FramingStart::behind_header)),
          lines_(framing_->lines()),
          parser_(make_parser(profile, limits_.depth)) {}

    Result<bool> next(RecordBlock& block);

 private:
    enum class Step : std::uint8_t { go_on, block_is_full };

    [[nodiscard]] std::string_view window() const { return buffer_.bytes().substr(used_); }
    Result<Step> step(RecordBlock& block);
    Result<Step> read_more(RecordBlock& block, Frame frame);
    [[nodiscard]] bool is_too_large(const Frame& frame) const;
    Result<Step> too_large(RecordBlock& block, std::size_t lead);
    Result<Step> header_step(RecordBlock& block);
    void take_trailer(RecordBlock& block, std::size_t size);
    void take_record(RecordBlock& block, Frame frame);
    void parse(RecordBlock& block, RecordSpan& span, const Frame& frame);
    [[nodiscard]] bool settle_doubt(Frame& frame);
    [[nodiscard]] bool is_valid(const Frame& frame);
    void resync(Frame& frame);
    [[nodiscard]] bool is_in_lines() const { return lines_ == RecordFraming::Lines::one_a_record; }
    [[nodiscard]] std::uint64_t lines_in(std::string_view text) const {
        return lines_ == RecordFraming::Lines::none ? 0 : count_newlines(text);
    }
    void mark_bad(RecordBlock& block, RecordSpan& span, ParseFault fault) const;
    void advance(std::size_t bytes, std::uint64_t newlines);
    [[nodiscard]] Place place(std::uint64_t line, std::uint64_t offset) const;

    std::string file_;
    ReadLimits limits_;
    Notation notation_;
    ReadPosition at_;
    bool header_due_;
    std::size_t used_ = 0;  ///< bytes of the buffer that belong to the block in the making
    bool finished_ = false;
    std::optional<Error> failure_;
    ReadBuffer buffer_;
    StatedReader stated_;
    std::unique_ptr<RecordFraming> framing_;
    RecordFraming::Lines lines_;
    std::unique_ptr<RecordParser> parser_;
};

Result<bool> RecordReader::State::next(RecordBlock& block) {
    clear(block, at_, notation_);
    if (failure_) {
        return failed(*failure_);
    }
    if (finished_) {
        return false;
    }
    used_ = 0;
    Result<void> filled = buffer_.fill(limits_.block_bytes);
    Result<Step> done = filled ? step(block) : failed(std::move(filled.error()));
    while (done && *done == Step::go_on && !finished_) {
        done = step(block);
    }
    if (!done) {
        failure_ = std::move(done.error());
        clear(block, at_, notation_);
        return failed(*failure_);
    }
    buffer_.hand_over(block, used_, limits_.block_bytes);
    block.end = at_;
    block.last = finished_;
    return true;
}

/// Takes one frame off the front of the window.
Result<RecordReader::State::Step> RecordReader::State::step(RecordBlock& block) {
    if (header_due_) {
        return header_step(block);
    }
    const bool whole = buffer_.at_end();
    if (whole && window().empty() && used_ == 0) {
        // Only where reading starts again at the end of a file: no block but the last ends there.
        take_trailer(block, 0);
        return Step::go_on;
    }
    Frame frame = framing_->next(window(), whole, at_.ordinal == 0);
    if (frame.kind == Frame::Kind::incomplete) {
        return read_more(block, frame);
    }
    if (frame.is_doubtful && !settle_doubt(frame)) {
        return read_more(block, {.lead = frame.lead});
    }
    if (is_too_large(frame)) {
        return too_large(block, frame.lead);
    }
    if (frame.kind == Frame::Kind::trailer) {
        take_trailer(block, frame.lead + frame.record + frame.tail);
        return Step::go_on;
    }
    if (frame.is_runaway) {
        resync(frame);
    }
    take_record(block, frame);
    return Step::go_on;
}

/// Not a whole record at hand. Ends the block, unless it has none yet or would end where the file
/// might: the reader of such a place could not tell whether the array was closed.
Result<RecordReader::State::Step> RecordReader::State::read_more(RecordBlock& block, Frame frame) {
    const std::size_t pending = window().size();
    if (block.size() != 0 && pending != 0) {
        return Step::block_is_full;
    }
    // Judged as it will be when it is whole: what was at hand at a time must not decide.
    frame.record = trim_end(window().substr(frame.lead)).size();
    frame.tail = pending - frame.lead - frame.record;
    if (is_too_large(frame)) {
        return too_large(block, frame.lead);
    }
    // A large record grows by an eighth each time, so that little of what follows is read with it.
    constexpr std::size_t kGrowth = 8;
    const std::size_t more = pending == 0 ? 1 : std::max(limits_.block_bytes, pending / kGrowth);
    if (Result<void> filled = buffer_.fill(buffer_.bytes().size() + more); !filled) {
        return failed(std::move(filled.error()));
    }
    return Step::go_on;
}

Result<RecordReader::State::Step> RecordReader::State::too_large(RecordBlock& block,
                                                                 std::size_t lead) {
    if (block.size() != 0) {
        return Step::block_is_full;
    }
    if (!is_in_lines() && !header_due_ && lead <= limits_.record_bytes) {
        // An element that never ends is more likely damaged than large.
        const std::string_view element =
            window().substr(lead, std::min(window().size() - lead, limits_.record_bytes));
        if (const auto border = framing_->find_next(element, *parser_)) {
            take_record(block, {.kind = Frame::Kind::bad,
                                .lead = lead,
                                .record = *border,
                                .detail = framing_->mismatch()});
            return Step::go_on;
        }
    }
    return failed(Error(Reason::record_too_large,
                        fmt::format("a record is over the limit of {} bytes", limits_.record_bytes))
                      .at(place(at_.line + lines_in(window().substr(0, lead)), at_.offset + lead)));
}

/// White space before or behind a record counts by itself: 1 GiB of it is not believed either.
bool RecordReader::State::is_too_large(const Frame& frame) const {
    return std::max({frame.lead, frame.record, frame.tail}) > limits_.record_bytes;
}

Result<RecordReader::State::Step> RecordReader::State::header_step(RecordBlock& block) {
    // Never more than the limit, so that what was at hand does not decide.
    const std::string_view seen = window().substr(0, limits_.record_bytes + 1);
    const bool whole = buffer_.at_end() && seen.size() == window().size();
    const std::optional<std::size_t> size = framing_->header(seen, whole);
    if (!size && window().size() > limits_.record_bytes) {
        return too_large(block, 0);
    }
    if (!size) {
        Frame frame;
        frame.lead = window().size();
        return read_more(block, frame);
    }
    if (*size > limits_.record_bytes) {
        return too_large(block, 0);
    }
    header_due_ = false;
    block.header = range(used_, *size);
    block.header_values = framing_->header_values(window().substr(0, *size));
    advance(*size, lines_in(window().substr(0, *size)));
    return Step::go_on;
}

void RecordReader::State::take_trailer(RecordBlock& block, std::size_t size) {
    block.trailer = range(used_, size);
    block.trailer_values = framing_->trailer_values(window().substr(0, size));
    advance(size, lines_in(window().substr(0, size)));
    finished_ = true;
}

void RecordReader::State::take_record(RecordBlock& block, Frame frame) {
    const std::string_view bytes = window();
    const std::uint64_t lead_lines = lines_in(bytes.substr(0, frame.lead));
    const std::size_t tail = frame.lead + frame.record;
    // Only lines have a tail, and it ends where the line does.
    const std::uint64_t tail_lines =
        frame.tail != 0 && bytes[tail + frame.tail - 1] == '\n' ? 1 : 0;

    RecordSpan& span = block.spans.emplace_back();
    span.lead = range(used_, frame.lead);
    span.record = range(used_ + frame.lead, frame.record);
    span.tail = range(used_ + tail, frame.tail);
    span.offset = at_.offset + frame.lead;
    span.line = lines_ == RecordFraming::Lines::none ? 0 : at_.line + lead_lines;
    if (frame.kind == Frame::Kind::bad) {
        mark_bad(block, span, {.reason = frame.reason, .detail = frame.detail, .at = 0, .id = {}});
    } else {
        parse(block, span, frame);
    }
    const std::uint64_t record_lines =
        is_in_lines() ? 0 : lines_in(bytes.substr(frame.lead, span.record.size));
    advance(frame.lead + span.record.size + frame.tail, lead_lines + record_lines + tail_lines);
    ++at_.ordinal;
    if (frame.final) {
        block.trailer = range(used_, 0);
        finished_ = true;
    }
}

void RecordReader::State::parse(RecordBlock& block, RecordSpan& span, const Frame& frame) {
    const std::string_view record = window().substr(frame.lead, frame.record);
    std::optional<ParseFault> fault =
        parser_->parse({.bytes = record.data(),
                        .size = record.size(),
                        .capacity = buffer_.capacity() - span.record.begin,
                        .begin = span.record.begin},
                       span);
    if (!fault) {
        return;
    }
    const bool opens = record.starts_with('{');
    if (frame.unterminated && opens && bracket_end(record, 0) == kNowhere) {
        fault = {.reason = Reason::record_torn,
                 .detail = "the file ends inside a record",
                 .at = 0,
                 .id = {}};
    }
    if (fault->is_of_sizes) {
        const std::optional<std::size_t> border = framing_->find_next(record, *parser_);
        span.record.size = static_cast<std::uint32_t>(border.value_or(record.size()));
    }
    mark_bad(block, span, std::move(*fault));
}

/// Whether enough is at hand to tell what a doubtful record is; the frame then says it.
bool RecordReader::State::settle_doubt(Frame& frame) {
    const std::string_view rest = window().substr(frame.lead);
    if (!is_valid(frame)) {
        frame.kind = Frame::Kind::bad;
        frame.record = rest.size();
        frame.is_runaway = true;
        frame.detail = framing_->mismatch();
        return buffer_.at_end();
    }
    if (!framing_->may_swallow()) {
        return true;
    }
    // Its last value may have taken the beginning of the next record in.
    if (!buffer_.at_end() && rest.size() <= limits_.record_bytes) {
        return false;
    }
    const auto border = framing_->find_next(rest.substr(0, limits_.record_bytes), *parser_);
    if (border && *border < frame.record) {
        frame.kind = Frame::Kind::bad;
        frame.record = *border;
        frame.detail = framing_->mismatch();
    }
    return true;
}

bool RecordReader::State::is_valid(const Frame& frame) {
    const std::string_view record = window().substr(frame.lead, frame.record);
    RecordSpan unused;
    return !parser_->parse({.bytes = record.data(),
                            .size = record.size(),
                            .capacity = buffer_.capacity() - used_ - frame.lead,
                            .begin = 0},
                           unused);
}

/// One damaged quote or bracket must not take the records behind it along.
void RecordReader::State::resync(Frame& frame) {
    const std::string_view element = window().substr(frame.lead, frame.record);
    if (const auto border = framing_->find_next(element, *parser_)) {
        frame.record = *border;
        frame.reason = Reason::record_malformed;
        frame.detail = framing_->mismatch();
        frame.final = false;
    }
}

void RecordReader::State::mark_bad(RecordBlock& block, RecordSpan& span, ParseFault fault) const {
    const std::string_view before = window().substr(span.record.begin - used_, fault.at);
    Place where = place(span.line + (is_in_lines() ? 0 : lines_in(before)), span.offset + fault.at);
    if (fault.id) {
        where.record_id = fault.id->value;
    }
    span.bad = static_cast<std::int32_t>(block.errors.size());
    block.errors.push_back(Error(fault.reason, std::move(fault.detail)).at(std::move(where)));
}

void RecordReader::State::advance(std::size_t bytes, std::uint64_t newlines) {
    used_ += bytes;
    at_.offset += bytes;
    at_.line += newlines;
}

Place RecordReader::State::place(std::uint64_t line, std::uint64_t offset) const {
    Place place;
    place.file = file_;
    place.line = lines_ == RecordFraming::Lines::none ? 0 : line;
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
