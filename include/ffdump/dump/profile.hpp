// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// How records lie in a file. Each has its own framing (src/dump) and its own way to leave a record
/// out without breaking its neighbours.
enum class Container : std::uint8_t { json_lines, json_array };

/// Keys from the record's top to a value; empty = the layout has no such field.
using FieldPath = std::vector<std::string>;

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
    std::string sha256;       ///< of the profile's text: part of a run's identity
};

/// One profile; every mistake fails with `profile_invalid`, file, line, column, nearest key.
[[nodiscard]] Result<Profile> parse_profile(const std::string& text, const std::string& name);

/// The profiles that are compiled in, in the order in which they are tried.
[[nodiscard]] const std::vector<Profile>& shipped_profiles();

/// Which profile a file has, and how that was seen: "first byte {, 12 of 12 records have id, ...".
struct Recognition {
    Profile profile;
    std::string evidence;
};

/// Tries every profile on `prefix`, the first bytes of a file (at most kRecognitionBytes, `whole`
/// when that is all of it). Fails with `source_unrecognized` when none fits or more than one does,
/// and says which structure was seen: keys, types and sizes, never values.
[[nodiscard]] Result<Recognition> recognise(std::string_view prefix, bool whole,
                                            std::span<const Profile> profiles);
inline constexpr std::size_t kRecognitionBytes = 256U << 10U;

}  // namespace ffdump
