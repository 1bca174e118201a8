// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/reason.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ffdump {

/// One raw record and the room behind it: simdjson reads, but does not use, up to
/// RecordParser::kPadding bytes after the record's end.
struct RawRecord {
    const char* bytes = nullptr;
    std::size_t size = 0;
    std::size_t capacity = 0;  ///< readable bytes from `bytes` on
    std::uint32_t begin = 0;   ///< of the record in its block
};

/// Why a record is bad. `at` counts from the record's begin.
struct ParseFault {
    Reason reason = Reason::record_malformed;
    std::string detail;
    std::size_t at = 0;
    std::optional<RecordId> id;  ///< when it was read before the fault
};

/// Proves that a record is one whole JSON object (every value, number and escape is looked at, as
/// nothing that is copied may be broken) and locates the profile's values in it. One thread.
/// Throws std::bad_alloc, as any container does; nothing else.
class RecordParser {
 public:
    static constexpr std::size_t kPadding = 64;

    RecordParser(const Profile& profile, std::size_t depth);
    ~RecordParser();
    RecordParser(const RecordParser&) = delete;
    RecordParser& operator=(const RecordParser&) = delete;

    /// Fills facen, facen_model, normalized_id and id of `span`, or says why it cannot.
    [[nodiscard]] std::optional<ParseFault> parse(const RawRecord& record, RecordSpan& span);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ffdump
