// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/tally.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// One source file as the run found it: the plan of the run, stored with its journal.
struct PlannedFile {
    std::string name;
    std::string gallery;
    std::string action;              ///< migrate, copy, drop
    std::string target;              ///< name of the new file
    std::uint64_t source_bytes = 0;  ///< unpacked
    std::string profile;
    std::string profile_sha256;
    FileIdentity identity;      ///< of the source file
    std::uint64_t records = 0;  ///< counted by the survey, bad ones included
    std::string
        fingerprint;        ///< XXH3-128 of the file's bytes as the survey read them, unpacked; hex
    std::string new_model;  ///< empty = records carry none
    friend bool operator==(const PlannedFile&, const PlannedFile&) = default;
};

/// First record of every journal.
struct RunBegin {
    std::string run_id;
    std::uint64_t sequence = 1;  ///< +1 per --retry-failed
    std::string parent_run;
    std::string tool_version;
    std::string started;  ///< UTC
    std::string source;   ///< path as given
    bool retry_failed = false;
    std::string opt_outs;                         ///< options that weaken a check, one a line
    std::map<std::string, std::string> settings;  ///< those that matter for the result
    std::vector<PlannedFile> files;
};

/// Everything before this point is durable in the part files.
struct CommitEvent {
    std::uint32_t file = 0;           ///< index into RunBegin::files
    std::uint64_t source_offset = 0;  ///< ReadPosition to go on from
    std::uint64_t source_line = 1;
    std::uint64_t source_ordinal = 0;
    std::uint64_t target_offset = 0;    ///< length of the part file
    std::uint64_t region_begin = 0;     ///< the target bytes since the commit before ...
    std::string region_hash;            ///< ... and their XXH3-128, hex: checked on resume and seal
    std::uint64_t failures_offset = 0;  ///< length of failures.jsonl.part
    std::string failures_hash;  ///< as region_hash, of its bytes since the commit before; or empty
    std::uint64_t emitted = 0;  ///< FileSplicer::State
    std::string first_lead;
    bool has_first_lead = false;
    bool slash_escaped = false;
    std::string head;  ///< of what states the number of records before them
    Tally tally;       ///< of this file so far
};

/// The part file is complete, read back and equal to what was written.
struct FileSealed {
    std::uint32_t file = 0;
    std::uint64_t bytes = 0;
    std::string sha256;
    std::string source_sha256;  ///< empty when it was not computed
    Tally tally;
};

struct FileRenamed {
    std::uint32_t file = 0;
};

/// `--rewind-to-canary`: of the journal's records from number `first` (counted from 0) to this one
/// the commits are void, and with them the files that were not complete before.
struct RunRewound {
    std::uint64_t first = 0;
};

/// msgpack maps with short text keys; decoding is bounded and fails with `journal_damaged`.
[[nodiscard]] std::string encode(const RunBegin& event);
[[nodiscard]] std::string encode(const CommitEvent& event);
[[nodiscard]] std::string encode(const FileSealed& event);
[[nodiscard]] std::string encode(const FileRenamed& event);
[[nodiscard]] std::string encode(const RunRewound& event);
[[nodiscard]] Result<RunBegin> decode_run_begin(std::string_view payload);
[[nodiscard]] Result<CommitEvent> decode_commit(std::string_view payload);
[[nodiscard]] Result<FileSealed> decode_file_sealed(std::string_view payload);
[[nodiscard]] Result<FileRenamed> decode_file_renamed(std::string_view payload);
[[nodiscard]] Result<RunRewound> decode_run_rewound(std::string_view payload);

}  // namespace ffdump
