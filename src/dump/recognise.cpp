// SPDX-License-Identifier: Apache-2.0
#include "msgpack_sketch.hpp"
#include "recognise_sketch.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <tuple>
#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kBlanks = " \t\r\n";
constexpr std::string_view kHowTo =
    "write a profile after formats/README.md and give it with --format FILE";

/// What one profile made of the prefix.
struct Trial {
    const Profile* profile = nullptr;
    std::size_t records = 0;  ///< a torn one at the end of a cut prefix is not among them
    std::size_t good = 0;
    std::size_t with_model = 0;
    std::size_t with_image = 0;
    std::size_t with_gallery = 0;
    bool has_header = false;
    std::string gallery;  ///< as the header states it
    std::optional<Error> first_error;
};

/// Enough of the file to judge by; `whole` when nothing comes after it.
struct Prefix {
    std::string_view bytes;
    bool whole = false;
};

void note_header(Trial& trial, const RecordBlock& block) {
    const StatedValues& values = block.header_values;
    trial.has_header = values.gallery || values.facen_model || values.dimension;
    if (values.gallery) {
        const std::string_view header = block.view(block.header);
        trial.gallery =
            text_of(block.notation, header.substr(values.gallery->begin, values.gallery->size))
                .value_or("");
    }
}

void count(Trial& trial, const RecordBlock& block, const Prefix& prefix) {
    if (block.begin.offset == 0) {
        note_header(trial, block);
    }
    std::size_t size = block.size();
    if (block.last && !prefix.whole && size != 0 && block.is_bad(size - 1)) {
        --size;
    }
    for (std::size_t i = 0; i < size; ++i) {
        ++trial.records;
        if (block.is_bad(i)) {
            if (!trial.first_error) {
                trial.first_error = block.error_of(i);
            }
            continue;
        }
        ++trial.good;
        trial.with_model += block.spans[i].has_facen_model ? 1 : 0;
        trial.with_image += block.spans[i].has_normalized_id ? 1 : 0;
        trial.with_gallery += block.spans[i].has_gallery ? 1 : 0;
    }
}

Result<Trial> tried(const Profile& profile, const Prefix& prefix) {
    Trial trial;
    trial.profile = &profile;
    ReadLimits limits;
    limits.record_bytes = 2 * kRecognitionBytes;  // never reached: a cut record is torn
    limits.block_bytes = std::min(limits.block_bytes, prefix.bytes.size() + 1);
    const auto source = make_memory_source(prefix.bytes);
    RecordReader reader(*source, profile, "", limits);
    RecordBlock block;
    while (true) {
        const auto more = reader.next(block);
        if (!more) {
            return failed(more.error());
        }
        if (!*more) {
            return trial;
        }
        count(trial, block, prefix);
    }
}

/// A letter, or what it is as a number.
std::string shown(char first) {
    const auto byte = static_cast<unsigned char>(first);
    return byte < 0x80U ? std::string(1, first) : fmt::format("0x{:02X}", byte);
}

std::string evidence_of(const Trial& trial, char first) {
    if (trial.records == 0) {
        return fmt::format("first byte {}, no whole record in the first {} KiB", shown(first),
                           kRecognitionBytes / 1024);
    }
    return fmt::format(
        "first byte {}{}, {} of {} records have id and facen, {} facen_model, {} "
        "normalized_id{}",
        shown(first), trial.has_header ? ", a header" : "", trial.good, trial.records,
        trial.with_model, trial.with_image,
        trial.with_gallery == 0 ? "" : fmt::format(", {} gallery", trial.with_gallery));
}

/// Whether lines or values one after the other need a header to be of this layout, and have none.
bool lacks_header(const Trial& trial) {
    return trial.profile->header && trial.profile->container != Container::json_object &&
           !trial.has_header;
}

std::size_t bad(const Trial& trial) {
    return trial.records - trial.good;
}

/// Better ones first: more records that can be read, fewer that cannot, a header, galleries in
/// records, then the layout that says more of what is there. Lines are a stream as well, and every
/// record on its own line is no chance.
bool is_better(const Trial& a, const Trial& b) {
    const auto rank = [](const Trial& trial) {
        const int of_gallery = trial.profile->gallery.empty() ? 0 : 1;
        return trial.profile->container == Container::json_stream ? 2 : of_gallery;
    };
    return std::tuple(b.good, bad(a), b.has_header, b.with_gallery, rank(a)) <
           std::tuple(a.good, bad(b), a.has_header, a.with_gallery, rank(b));
}

std::string_view first_record(const Prefix& prefix, std::size_t begin) {
    const bool in_array = prefix.bytes[begin] == '[';
    return prefix.bytes.substr(begin + (in_array ? 1 : 0));
}

RecordSketch sketch_of(const Prefix& prefix, std::size_t begin) {
    if (!begins_msgpack(prefix.bytes)) {
        return sketch_json(first_record(prefix, begin));
    }
    const FirstOfMsgpack first = first_of_msgpack(prefix.bytes);
    RecordSketch sketch = sketch_msgpack(first.record);
    sketch.in_array = first.in_array;
    return sketch;
}

/// A file that fits no profile: what was tried, why it failed and what the first record looks like.
Error unrecognised(const Prefix& prefix, std::size_t begin, const std::vector<Trial>& trials) {
    const char first = prefix.bytes[begin];
    std::string detail = fmt::format("no layout fits: first byte {}", shown(first));
    for (const Trial& trial : trials) {
        detail += fmt::format(", {} of {} records can be read as {}", trial.good, trial.records,
                              trial.profile->name);
        if (lacks_header(trial)) {
            detail += " (but there is no header)";
        } else if (trial.first_error) {
            detail += fmt::format(" ({})", trial.first_error->detail());
        }
    }
    if (trials.empty()) {
        detail += ", and no known layout begins with it";
    }
    detail += fmt::format("; the first record looks like {}", sketch_of(prefix, begin).text);
    Place place;
    if (!trials.empty() && trials.front().first_error) {
        place.line = trials.front().first_error->place().line;
        place.offset = trials.front().first_error->place().offset;
    }
    return Error(Reason::source_unrecognized, std::move(detail))
        .at(std::move(place))
        .hint(std::string(kHowTo));
}

/// Nothing but blanks: there are no records, so every layout of lines fits, and nothing is lost by
/// the choice.
Result<Recognition> of_empty(std::span<const Profile> profiles) {
    auto chosen = std::ranges::find(profiles, Container::json_lines, &Profile::container);
    if (chosen == profiles.end()) {
        chosen = profiles.begin();
    }
    return Recognition{*chosen, "the file holds no record", ""};
}

/// Whether the first record, torn by the end of the prefix, begins with a key of the layout.
bool begins_like(const Profile& profile, const RecordSketch& sketch) {
    const auto is_top_of = [&sketch](const FieldPath* path) {
        return !path->empty() &&
               std::ranges::find(sketch.top_keys, path->front()) != sketch.top_keys.end();
    };
    if (profile.container == Container::json_object) {
        return is_top_of(&profile.records);
    }
    if (notation_of(profile.container) == Notation::msgpack &&
        sketch.in_array != (profile.container == Container::msgpack_array)) {
        return false;
    }
    const std::array paths = {&profile.id, &profile.facen, &profile.facen_model, &profile.meta,
                              &profile.normalized_id};
    return std::ranges::any_of(paths, is_top_of);
}

Result<Recognition> chosen(const Prefix& prefix, std::size_t begin, std::vector<Trial> trials) {
    const std::vector<Trial> all = trials;
    const RecordSketch record = sketch_of(prefix, begin);
    std::erase_if(trials, [&](const Trial& trial) {
        if (lacks_header(trial)) {
            return true;
        }
        if (trial.records != 0) {
            return trial.good == 0;
        }
        if (trial.has_header) {
            return false;
        }
        // An empty array, or a first record that is longer than the prefix.
        return !prefix.whole && !begins_like(*trial.profile, record);
    });
    if (trials.empty()) {
        return failed(unrecognised(prefix, begin, all));
    }
    std::ranges::stable_sort(trials, is_better);
    if (trials.size() > 1 && !is_better(trials[0], trials[1])) {
        return failed(
            Error(Reason::source_unrecognized,
                  fmt::format("the layouts {} and {} fit alike ({})", trials[0].profile->name,
                              trials[1].profile->name, evidence_of(trials[0], prefix.bytes[begin])))
                .hint("choose one with --format FILE"));
    }
    const bool is_stated = trials[0].profile->gallery_from == GallerySource::header;
    return Recognition{*trials[0].profile, evidence_of(trials[0], prefix.bytes[begin]),
                       is_stated ? std::move(trials[0].gallery) : std::string()};
}

/// By the first byte, whether it is worth a trial.
bool may_begin_with(Container container, char first) {
    if (notation_of(container) == Notation::msgpack) {
        const MsgpackKind kind = msgpack_kind(first);
        return container == Container::msgpack_stream ? is_container(kind)
                                                      : kind == MsgpackKind::array;
    }
    return first == (container == Container::json_array ? '[' : '{');
}

}  // namespace

Result<Recognition> recognise(std::string_view prefix, bool whole,
                              std::span<const Profile> profiles) {
    if (profiles.empty()) {
        return failed(
            Error(Reason::source_unrecognized, "no layout is known").hint(std::string(kHowTo)));
    }
    const Prefix cut{prefix.substr(0, kRecognitionBytes),
                     whole && prefix.size() <= kRecognitionBytes};
    const std::size_t begin = cut.bytes.find_first_not_of(kBlanks);
    if (begin == std::string_view::npos && cut.whole) {
        return of_empty(profiles);
    }
    const char first = begin == std::string_view::npos ? ' ' : cut.bytes[begin];
    if (first != '{' && first != '[' && !begins_msgpack(cut.bytes)) {
        const ByteNature nature = byte_nature(cut.bytes);
        return failed(Error(Reason::source_unrecognized,
                            fmt::format("no layout fits: this looks like {}", nature.looks_like))
                          .hint(std::string(nature.hint)));
    }
    std::vector<Trial> trials;
    for (const Profile& profile : profiles) {
        if (may_begin_with(profile.container, first)) {
            auto trial = tried(profile, cut);
            if (!trial) {
                return failed(std::move(trial.error()));
            }
            trials.push_back(std::move(*trial));
        }
    }
    return chosen(cut, begin, std::move(trials));
}

}  // namespace ffdump
