// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/notation.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// How records lie in a file. Each has its own framing (src/dump) and its own way to leave a record
/// out without breaking its neighbours.
enum class Container : std::uint8_t {
    json_lines,      ///< one JSON object a line
    json_array,      ///< one JSON array of objects
    json_stream,     ///< JSON objects one after the other, with or without white space between
    json_object,     ///< one JSON object in which an array holds the records
    msgpack_stream,  ///< msgpack maps or arrays one after the other
    msgpack_array,   ///< one msgpack array of maps or arrays
};

/// In what a container's values are written.
[[nodiscard]] constexpr Notation notation_of(Container container) noexcept {
    const bool is_msgpack =
        container == Container::msgpack_stream || container == Container::msgpack_array;
    return is_msgpack ? Notation::msgpack : Notation::json;
}

/// Whether the container itself has the number of records in front of them.
[[nodiscard]] constexpr bool counts_ahead(Container container) noexcept {
    return container == Container::msgpack_array;
}

/// Whether a record may stand at the beginning of a file without the bytes before it: in lines they
/// are copied with the record, in msgpack there are none, elsewhere the first one that is written
/// takes those of the first.
[[nodiscard]] constexpr bool has_free_leads(Container container) noexcept {
    return container != Container::json_lines && notation_of(container) == Notation::json;
}

/// Keys from the record's top to a value; empty = the layout has no such field. A part that is a
/// number also means that place, from 0, of a msgpack array.
using FieldPath = std::vector<std::string>;

enum class GallerySource : std::uint8_t {
    file_name,  ///< the name without its ending
    header,     ///< what the header states; the file's name where it states none
};

/// Where a header or trailer states what holds for the whole file; paths from its own top.
struct StatedPaths {
    FieldPath gallery;      ///< a string; only of a header
    FieldPath facen_model;  ///< a string: brought up to date, as those in records
    FieldPath dimension;    ///< a number: brought up to date
    FieldPath count;        ///< a number of records: brought up to date
};

/// A dump layout as data, read from formats/*.yaml. The vendor documents none, so none is wired
/// into the code. Value type.
struct Profile {
    std::string name;
    std::string title;
    Container container = Container::json_lines;
    FieldPath id;     ///< required in every record: uint64, exact
    FieldPath facen;  ///< required; spelled as facen_encoding says
    FacenEncoding facen_encoding;
    FieldPath facen_model;    ///< optional in a record
    FieldPath meta;           ///< optional in a record: an object
    FieldPath normalized_id;  ///< optional in a record: a string, '' = none
    FieldPath gallery;        ///< optional in a record; the file's name where it is empty
    FieldPath records;        ///< json_object: where the array is
    /// The first value of lines or a stream, or what stands in the object before the array.
    std::optional<StatedPaths> header;
    /// The last value, or what stands in the object behind the array.
    std::optional<StatedPaths> trailer;
    GallerySource gallery_from = GallerySource::file_name;
    std::string sha256;  ///< of the profile's text: part of a run's identity
};

/// Whether the number of records stands before them, in the container or in the header, so that it
/// is known only when all are written.
[[nodiscard]] inline bool counts_ahead(const Profile& profile) noexcept {
    return counts_ahead(profile.container) || (profile.header && !profile.header->count.empty());
}

/// One profile; every mistake fails with `profile_invalid`, file, line, column, nearest key.
[[nodiscard]] Result<Profile> parse_profile(const std::string& text, const std::string& name);

/// The profiles that are compiled in, in the order in which they are tried.
[[nodiscard]] const std::vector<Profile>& shipped_profiles();

/// Which profile a file has, and how that was seen: "first byte {, 12 of 12 records have id, ...".
struct Recognition {
    Profile profile;
    std::string evidence;
    std::string gallery;  ///< as the header states it; empty when there is none
};

/// Tries every profile on `prefix`, the first bytes of a file (at most kRecognitionBytes, `whole`
/// when that is all of it). Fails with `source_unrecognized` when none fits or more than one does,
/// and says which structure was seen: keys, types and sizes, never values.
[[nodiscard]] Result<Recognition> recognise(std::string_view prefix, bool whole,
                                            std::span<const Profile> profiles);
inline constexpr std::size_t kRecognitionBytes = 256U << 10U;

}  // namespace ffdump
