// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstdint>
#include <map>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Records of people who were erased since the dump was made: they must not come back with the
/// restore. Text, one record a line: `ID` (in every gallery) or `GALLERY ID`; `#` starts a comment.
class ExcludedIds {
 public:
    /// Fails with `config_invalid`, file and line.
    [[nodiscard]] static Result<ExcludedIds> parse(std::string_view text, const std::string& name);

    [[nodiscard]] bool contains(const std::string& gallery, RecordId id) const;
    /// Those that lines name.
    [[nodiscard]] std::vector<std::string> galleries() const;
    /// Lines that name a record, without repetitions in a gallery.
    [[nodiscard]] std::uint64_t size() const;
    [[nodiscard]] bool empty() const noexcept { return everywhere_.empty() && by_gallery_.empty(); }

 private:
    using Ids = std::vector<std::uint64_t>;  ///< sorted
    Ids everywhere_;
    std::map<std::string, Ids, std::less<>> by_gallery_;
};

}  // namespace ffdump
