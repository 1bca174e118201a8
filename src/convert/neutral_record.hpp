// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"
#include "ffdump/record/facen_encoding.hpp"

#include <cstdint>
#include <deque>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// What a member means to a layout, in the order in which moved members are put.
enum class Part : std::uint8_t {
    id,
    gallery,
    facen,
    facen_model,
    dimension,  ///< of headers and trailers alone
    count,      ///< likewise
    meta,
    normalized_id,
    none,  ///< everything else
};

struct PartPath {
    Part part = Part::none;
    FieldPath path;
};
/// Parts without a place in the layout are not in it.
using PartPaths = std::vector<PartPath>;

[[nodiscard]] PartPaths record_parts(const Profile& profile);
[[nodiscard]] PartPaths stated_parts(const std::optional<StatedPaths>& stated);

/// All three of a layout.
struct LayoutParts {
    explicit LayoutParts(const Profile& profile)
        : record(record_parts(profile)),
          header(stated_parts(profile.header)),
          trailer(stated_parts(profile.trailer)) {}

    PartPaths record;
    PartPaths header;
    PartPaths trailer;
};

/// One member of a record, header or trailer between two layouts. Key and value each stand in the
/// notation they were written in, so that what no layout knows passes as it stands; a writer of
/// another notation translates them. Of a record that is an array the keys are its places, from 0,
/// as JSON. All views are of the block the record was read from, of the owner's `texts`, or of
/// constants.
struct NeutralMember {
    std::string_view key;  ///< JSON between its quotes, or a whole token of msgpack
    Notation key_notation = Notation::json;
    Notation notation = Notation::json;  ///< of the value
    Part part = Part::none;
    bool is_open = false;    ///< an object on the way to a part: `inner` holds its members
    std::string_view value;  ///< whole unless open; of a facen its text as decode_facen() takes it
    std::vector<NeutralMember> inner;
    std::string_view head;  ///< of an open map of msgpack: as it stood
    // How it is spelled around: kept where source and target are JSON.
    std::string_view before;
    std::string_view colon = ":";
    std::string_view behind;
    std::string_view blank;  ///< between the brackets of an open object without members
};
using NeutralMembers = std::vector<NeutralMember>;

/// A record between two layouts; one owner. Reused, so that reading does not allocate each time.
struct NeutralRecord {
    FacenEncoding facen_encoding;  ///< of the value of the facen's member
    NeutralMembers members;        ///< in the record's order
    std::string_view head;         ///< of a map or array of msgpack: as it stood
    bool is_array = false;         ///< its fields are told by their places
    std::deque<std::string> texts;
};

/// What stands before or behind the records; empty when the layout or the file has no such thing.
struct NeutralFrame {
    NeutralFrame() = default;
    NeutralFrame(NeutralFrame&&) noexcept = default;
    NeutralFrame& operator=(NeutralFrame&&) noexcept = default;
    ~NeutralFrame() = default;
    // Views of a copy would be of the first one's texts.
    NeutralFrame(const NeutralFrame&) = delete;
    NeutralFrame& operator=(const NeutralFrame&) = delete;

    NeutralMembers members;
    std::string_view head;  ///< of a map of msgpack: as it stood
    std::deque<std::string> texts;
};

}  // namespace ffdump
