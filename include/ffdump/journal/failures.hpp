// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// One line of failures.jsonl (formats/failures.md): a record that is not in the new dump, whole.
struct FailureEntry {
    std::string file;  ///< name within the dump
    std::string gallery;
    std::uint64_t ordinal = 0;   ///< place in the source file, from 0
    std::optional<RecordId> id;  ///< none for a bad record
    Reason reason = Reason::internal_error;
    std::string detail;  ///< no facens, images or meta values
    unsigned attempts = 0;
    std::string record;  ///< the original bytes, exactly
};

/// The line with its newline. `record` stands as a JSON string when it is UTF-8, else as
/// `record_b64`; ids are decimal strings, since they pass 2^53.
[[nodiscard]] std::string failure_line(const FailureEntry& entry);

/// Reads them in order; bounded memory (one line). `source` must outlive it. Fails with
/// `failures_differ`, line and byte offset.
class FailureReader {
 public:
    FailureReader(ByteSource& source, std::string file, std::size_t max_line_bytes);
    ~FailureReader();
    FailureReader(const FailureReader&) = delete;
    FailureReader& operator=(const FailureReader&) = delete;
    [[nodiscard]] Result<std::optional<FailureEntry>> next();

 private:
    struct State;
    std::unique_ptr<State> state_;
};

}  // namespace ffdump
