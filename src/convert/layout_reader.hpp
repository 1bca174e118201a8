// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ffdump {

/// Brings what RecordReader has read of one layout into the neutral form. One class a family of
/// containers; one file, one thread. Views in the results are of the block.
class LayoutReader {
 public:
    virtual ~LayoutReader() = default;

    /// Record `i`, which is not bad. Fails without a place: `record_malformed`, or
    /// `layout_cannot_carry` and the field's name where the neutral form has no room for it.
    [[nodiscard]] virtual Result<void> record(const RecordBlock& block, std::size_t i,
                                              NeutralRecord& out) const = 0;
    /// The bytes of the file's first block that are a header, and of its last that are a trailer;
    /// empty when there is none.
    [[nodiscard]] virtual std::string header_text(const RecordBlock& block) const = 0;
    [[nodiscard]] virtual std::string trailer_text(const RecordBlock& block) const = 0;
    /// Of the first block of a file that counts_ahead(): the head of its array.
    [[nodiscard]] virtual std::string array_head(const RecordBlock& /*block*/) const { return {}; }
    /// What such bytes hold, without the records' own place. The result is independent of `text`.
    [[nodiscard]] virtual Result<NeutralFrame> header(std::string text) const = 0;
    [[nodiscard]] virtual Result<NeutralFrame> trailer(std::string text) const = 0;
};

/// An error of the parts a record or frame is made of, with what it is about.
[[nodiscard]] inline Error about(std::string_view what, const Error& error) {
    return {error.reason(), std::string(what) + ": " + error.detail()};
}

// `profile` must outlive them.
[[nodiscard]] std::unique_ptr<LayoutReader> make_json_layout_reader(const Profile& profile);
[[nodiscard]] std::unique_ptr<LayoutReader> make_msgpack_layout_reader(const Profile& profile);
[[nodiscard]] inline std::unique_ptr<LayoutReader> make_layout_reader(const Profile& profile) {
    return notation_of(profile.container) == Notation::json ? make_json_layout_reader(profile)
                                                            : make_msgpack_layout_reader(profile);
}

}  // namespace ffdump
