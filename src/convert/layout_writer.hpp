// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "neutral_record.hpp"

#include "ffdump/base/result.hpp"

#include <memory>
#include <string>

namespace ffdump {

/// Writes one file of a layout from the neutral form, whose members are where the layout wants them
/// already: begin() once, record() for each, end() once. Appends to a caller's buffer; no I/O. One
/// class a family of containers; one file, one thread.
class LayoutWriter {
 public:
    virtual ~LayoutWriter() = default;

    [[nodiscard]] virtual Result<void> begin(std::string& out, NeutralMembers& header) = 0;
    /// Fails without a place: `record_malformed`, or `layout_cannot_carry` and the field's name.
    [[nodiscard]] virtual Result<void> record(std::string& out, const NeutralRecord& record) = 0;
    [[nodiscard]] virtual Result<void> end(std::string& out, NeutralMembers& trailer) = 0;
};

/// `profile` must outlive it.
[[nodiscard]] std::unique_ptr<LayoutWriter> make_layout_writer(const Profile& profile);

}  // namespace ffdump
