// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>

namespace ffdump {

/// Writes one file of a layout from the neutral form, whose members are where the layout wants them
/// already: begin() once, record() for each, end() once. Appends to a caller's buffer; no I/O. One
/// class a family of containers; one file, one thread.
class LayoutWriter {
 public:
    virtual ~LayoutWriter() = default;

    [[nodiscard]] virtual Result<void> begin(std::string& out, NeutralFrame& header) = 0;
    /// Fails without a place: `record_malformed`, or `layout_cannot_carry` and the field's name.
    [[nodiscard]] virtual Result<void> record(std::string& out, const NeutralRecord& record) = 0;
    /// `source_changed`: when there were not as many records as the head says.
    [[nodiscard]] virtual Result<void> end(std::string& out, NeutralFrame& trailer) = 0;
};

/// Of a container that counts_ahead(): what its head says.
struct ArrayHead {
    std::uint64_t records = 0;  ///< that will be written
    std::string old;  ///< the head of the source's array, whose width is kept; may be empty
};

// `profile` must outlive them.
[[nodiscard]] std::unique_ptr<LayoutWriter> make_json_layout_writer(const Profile& profile);
[[nodiscard]] std::unique_ptr<LayoutWriter> make_msgpack_layout_writer(const Profile& profile,
                                                                       ArrayHead head);
[[nodiscard]] inline std::unique_ptr<LayoutWriter> make_layout_writer(const Profile& profile,
                                                                      ArrayHead head) {
    return notation_of(profile.container) == Notation::json
               ? make_json_layout_writer(profile)
               : make_msgpack_layout_writer(profile, std::move(head));
}

}  // namespace ffdump
