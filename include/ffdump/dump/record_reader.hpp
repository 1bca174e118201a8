// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace ffdump {

/// Bounds on what is believed. Up to 1 GiB for the sizes and 1000 for the depth; more is taken as
/// that.
struct ReadLimits {
    std::size_t record_bytes = 64U << 20U;  ///< a record over this ends it: `record_too_large`
    std::size_t depth = 64;                 ///< nesting over this is bad: `record_too_deep`;
                                            ///< the record's own brackets count as 1
    std::size_t block_bytes = 256U << 10U;  ///< aim; a block holds at least one record
};

/// Reads one dump file front to back in blocks of whole records; memory is bounded by one block and
/// one record, whatever the file's size. Every record is parsed (simdjson, msgpack-c) and its
/// values located; bytes that are not UTF-8 are taken as they are. A record that cannot be parsed
/// does not end the reading: it stands in its place in the block with its Error
/// (`record_malformed`, `record_torn`, `record_too_deep`, `field_missing`, `id_invalid`,
/// `key_duplicate`; place: file, line, byte offset, id if known) and the reader goes on at the next
/// border that the layout allows: the next line, or the next comma of the array (after an element
/// whose end is not found, the comma before the next valid record). What to do about it is the
/// caller's choice. JSON array: what is torn is one bad record `record_torn`, empty when only the
/// `]` is missing; what follows the `]` is one bad record together with it; a comma too many is a
/// bad record of its own. A file of nothing but white space holds no records and is no error.
/// Msgpack: places have no line. A bad record of which the end cannot be trusted ends where the
/// next valid one begins that another or the file's end follows; whether there are as many as the
/// head of an array states is left to the caller (header_values.count). One reader, one thread.
/// `source` and `profile` must outlive it.
class RecordReader {
 public:
    /// `file` is only for messages. `start` is where `source` stands: the beginning of the file, or
    /// the `end` of a block that an earlier reader returned.
    RecordReader(ByteSource& source, const Profile& profile, std::string file, ReadLimits limits,
                 ReadPosition start = {});
    ~RecordReader();
    RecordReader(const RecordReader&) = delete;
    RecordReader& operator=(const RecordReader&) = delete;

    /// Fills `block` (its buffer is reused) and returns true, or false when the last block has been
    /// returned. An empty file gives one block without records. Fails when the source does, and
    /// with `record_too_large` (place: file, line, byte offset) where a record is over the limit:
    /// nothing behind it is looked at, since the operator must raise the limit. All records before
    /// have been returned then, and every later call fails in the same way.
    [[nodiscard]] Result<bool> next(RecordBlock& block);

 private:
    struct State;
    std::unique_ptr<State> state_;
};

/// The text of a JSON string token between its quotes with its escapes resolved; lone surrogates
/// and bytes that are not UTF-8 fail with `record_malformed`.
[[nodiscard]] Result<std::string> unescape_json(std::string_view token);

}  // namespace ffdump
