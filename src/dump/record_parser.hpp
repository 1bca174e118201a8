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
    bool is_of_sizes = false;    ///< a size may be wrong, so that other records are in this one
};

/// Proves that a record is one whole value (every value, number and escape is looked at, as nothing
/// that is copied may be broken) and locates the profile's values in it. One thread.
/// Throws std::bad_alloc, as any container does; nothing else.
class RecordParser {
 public:
    static constexpr std::size_t kPadding = 64;

    RecordParser() = default;
    virtual ~RecordParser() = default;
    RecordParser(const RecordParser&) = delete;
    RecordParser& operator=(const RecordParser&) = delete;

    /// Fills facen, facen_model, normalized_id and id of `span`, or says why it cannot.
    [[nodiscard]] virtual std::optional<ParseFault> parse(const RawRecord& record,
                                                          RecordSpan& span) = 0;
};

/// Of JSON objects, by simdjson; of msgpack maps and arrays, by msgpack-c.
[[nodiscard]] std::unique_ptr<RecordParser> make_json_parser(const Profile& profile,
                                                             std::size_t depth);
[[nodiscard]] std::unique_ptr<RecordParser> make_msgpack_parser(const Profile& profile,
                                                                std::size_t depth);

}  // namespace ffdump
