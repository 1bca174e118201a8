// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/dump/notation.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <cstring>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

namespace ffdump {

/// Memory that is not cleared before it is filled, which no container gives: reading would cost a
/// second pass over every dump.
// NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays): as said above
using RawBytes = std::unique_ptr<char[]>;

/// A stretch of a block's bytes. 32 bits: a block is one target size plus at most one record.
struct ByteRange {
    std::uint32_t begin = 0;
    std::uint32_t size = 0;
    [[nodiscard]] std::uint32_t end() const noexcept { return begin + size; }
};

/// Where a header or trailer states something; ranges count from its own first byte. Of strings
/// the text between the quotes; of msgpack the whole value with its prefix, here and in RecordSpan.
struct StatedValues {
    std::optional<ByteRange> gallery;
    std::optional<ByteRange> facen_model;
    std::optional<ByteRange> dimension;
    std::optional<ByteRange> count;
};

/// A place in a dump file at a border between records: where reading may start again.
struct ReadPosition {
    std::uint64_t offset = 0;   ///< bytes before it
    std::uint64_t line = 1;     ///< line that begins or goes on here
    std::uint64_t ordinal = 0;  ///< records before it, bad ones included
    friend bool operator==(const ReadPosition&, const ReadPosition&) = default;
};

/// Where one record and its changing values lie in its block. The bytes of a file are, in order:
/// header, then for each record lead, record, tail, then the trailer; nothing between, nothing
/// twice.
struct RecordSpan {
    ByteRange lead;           ///< white space, comma or blank lines before the record
    ByteRange record;         ///< the value itself; the whole chunk when it is bad
    ByteRange tail;           ///< white space and line end that belong to it (JSON lines)
    ByteRange facen;          ///< text between the quotes
    ByteRange facen_model;    ///< text between the quotes; see has_facen_model
    ByteRange normalized_id;  ///< text between the quotes, escapes as they stand; '' has no bytes
    ByteRange gallery;        ///< text between the quotes; see has_gallery
    RecordId id;
    std::uint64_t offset = 0;  ///< of `record` in the file
    std::uint64_t line = 0;    ///< of `record` in the file
    std::int32_t bad =
        -1;  ///< index into errors(); only lead, record, tail, offset, line hold then
    bool has_facen_model = false;
    bool has_normalized_id = false;
    bool has_gallery = false;
};

/// Some hundred records of one file with their bytes; filled by RecordReader. One owner, may move
/// between threads. Views into it are valid until it is cleared or destroyed.
class RecordBlock {
 public:
    [[nodiscard]] std::size_t size() const noexcept { return spans.size(); }
    [[nodiscard]] bool is_bad(std::size_t i) const noexcept { return spans[i].bad >= 0; }
    [[nodiscard]] const Error& error_of(std::size_t i) const {
        return errors.at(static_cast<std::size_t>(spans[i].bad));
    }
    [[nodiscard]] std::string_view view(ByteRange range) const noexcept {
        return {bytes.get() + range.begin, range.size};
    }
    [[nodiscard]] std::string_view record(std::size_t i) const noexcept {
        return view(spans[i].record);
    }
    /// What a string of a record means; fails with `record_malformed`, as text_of() does.
    [[nodiscard]] Result<std::string> text(ByteRange range) const {
        return text_of(notation, view(range));
    }

    // Filled by the reader, read by everybody: a plain aggregate with accessors for convenience.
    RawBytes bytes;
    std::size_t capacity = 0;  ///< allocated, simdjson's padding included
    std::size_t used = 0;      ///< bytes that belong to this block
    std::vector<RecordSpan> spans;
    std::vector<Error> errors;
    ByteRange header;   ///< before the first record of the file ("[")
    ByteRange trailer;  ///< after the last record of the file ("]")
    StatedValues header_values;
    StatedValues trailer_values;
    ReadPosition begin;  ///< of the block's first byte
    ReadPosition end;    ///< after its last byte: may be given to a new reader
    bool last = false;   ///< nothing comes after this block
    Notation notation = Notation::json;
};

}  // namespace ffdump
