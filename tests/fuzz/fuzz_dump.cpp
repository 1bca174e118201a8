// SPDX-License-Identifier: Apache-2.0
#include "fuzz_dump.hpp"

#include "fuzz_harnesses.hpp"
#include "support/dump_reading.hpp"

#include "ffdump/record/facen_encoding.hpp"

#include <algorithm>
#include <string>

namespace ffdump {
namespace {

/// Small, so that inputs reach them.
constexpr std::size_t kRecordBytes = 2048;
constexpr std::size_t kDepth = 16;
/// More than an input has; larger buffers would cost more than the reading.
constexpr std::size_t kBlockBytes = 4096;

bool is_same(const ReadRecord& a, const ReadRecord& b) {
    return a.text == b.text && a.offset == b.offset && a.line == b.line && a.id == b.id &&
           a.facen == b.facen && a.model == b.model && a.normalized_id == b.normalized_id &&
           a.error.has_value() == b.error.has_value() &&
           (!a.error || a.error->one_line() == b.error->one_line());
}

bool is_same(const DumpReading& a, const DumpReading& b) {
    return a.joined == b.joined && a.failure.has_value() == b.failure.has_value() &&
           std::ranges::equal(a.records, b.records, [](const ReadRecord& x, const ReadRecord& y) {
               return is_same(x, y);
           });
}

void hold_reading(std::string_view bytes, const DumpReading& reading) {
    must_hold(bytes.starts_with(reading.joined), "every byte stands in its place");
    must_hold(reading.failure || reading.joined.size() == bytes.size(), "no byte is left out");
    for (const ReadRecord& record : reading.records) {
        must_hold(bytes.substr(record.offset, record.text.size()) == record.text,
                  "a record is where its offset says");
        must_hold(!record.error || record.error->place().offset.has_value(),
                  "an error tells its place");
    }
}

/// Reading may start again where any block ended.
void hold_restart(std::string_view bytes, const ReadingStyle& style, const DumpReading& whole) {
    if (whole.ends.empty() || whole.failure) {
        return;
    }
    const std::size_t middle = whole.ends.size() / 2;
    ReadingStyle rest = style;
    rest.start = whole.ends[middle];
    const DumpReading reading =
        read_dump(bytes.substr(static_cast<std::size_t>(rest.start.offset)), rest);
    const auto begin = whole.records.begin() + static_cast<std::ptrdiff_t>(whole.counts[middle]);
    must_hold(!reading.failure &&
                  std::ranges::equal(
                      begin, whole.records.end(), reading.records.begin(), reading.records.end(),
                      [](const ReadRecord& x, const ReadRecord& y) { return is_same(x, y); }),
              "the rest of a dump is read as it is after what comes before");
}

void decode(const Profile& profile, const DumpReading& reading) {
    for (const ReadRecord& record : reading.records) {
        if (record.error) {
            continue;
        }
        const Result<Facen> facen = decode_facen(record.facen, profile.facen_encoding);
        const std::size_t dimension = dimension_of_text(record.facen, profile.facen_encoding);
        must_hold(!facen || facen->size() <= kMaxDimension, "a facen's length is bounded");
        must_hold(!facen || facen->size() == dimension || facen->empty(),
                  "a facen has as many floats as its text is long");
        if (record.model) {
            static_cast<void>(text_of(notation_of(profile.container), *record.model));
        }
    }
}

/// A sound dump with new facens is a sound dump with the same ids and those facens.
void hold_migration(std::string_view bytes, const ReadingStyle& style, const DumpReading& whole) {
    if (whole.failure || whole.bad() != 0) {
        return;
    }
    const Profile& profile = *style.profile;
    const Facen fresh(4, 0.5F);
    FileSplicer::State last;
    std::string out = splice_dump(
        bytes, style,
        [&](std::string& text, FileSplicer& splicer, const RecordBlock& block, std::size_t i) {
            splicer.changed(text, block, i, fresh, "new");
            last = splicer.state();
        });
    if (const Result<std::string> head = counted_head(profile, last)) {
        must_hold(head->size() == last.head.size() && out.starts_with(last.head),
                  "a count in front of the records keeps its width");
        out.replace(0, head->size(), *head);
    }
    ReadingStyle wider = style;
    wider.record_bytes *= 2;
    const DumpReading again = read_dump(out, wider);
    must_hold(!again.failure && again.bad() == 0 && again.good_ids() == whole.good_ids(),
              "a migrated dump has the same records");
    for (const ReadRecord& record : again.records) {
        must_hold(decode_facen(record.facen, profile.facen_encoding).value_or(Facen()) == fresh,
                  "a migrated dump has the new facens");
    }
}

}  // namespace

void add_stated(Profile& profile) {
    StatedPaths header;
    header.gallery = {"g"};
    header.facen_model = {"m"};
    header.dimension = {"d"};
    header.count = {"c"};
    profile.header = header;
    StatedPaths trailer;
    trailer.count = {"n"};
    profile.trailer = trailer;
}

void fuzz_dump(std::string_view bytes, const Profile& profile, std::size_t block_bytes) {
    const ReadingStyle style{.container = profile.container,
                             .block_bytes = kBlockBytes,
                             .record_bytes = kRecordBytes,
                             .depth = kDepth,
                             .profile = profile};
    const DumpReading at_once = read_dump(bytes, style);
    hold_reading(bytes, at_once);
    ReadingStyle small = style;
    small.block_bytes = block_bytes;
    small.read_bytes = block_bytes;
    const DumpReading in_blocks = read_dump(bytes, small);
    must_hold(is_same(at_once, in_blocks), "how much is read at once changes nothing");
    hold_restart(bytes, style, in_blocks);
    decode(profile, at_once);
    hold_migration(bytes, style, at_once);
}

}  // namespace ffdump
