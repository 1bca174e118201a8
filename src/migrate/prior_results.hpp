// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/facen.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ffdump {

/// The facens that an earlier run has put into a file, read beside the source in the same order:
/// what --retry-failed keeps. One file, from its beginning, one thread.
class PriorResults {
 public:
    /// `target` is the earlier file, `failures` the earlier failures.jsonl; entries of other files
    /// are passed over by `name`.
    [[nodiscard]] static Result<std::unique_ptr<PriorResults>> open(
        FileSystem& files, const std::string& target, const std::string& failures,
        const std::string& name, const Profile& profile, const ReadLimits& limits);
    ~PriorResults();
    PriorResults(const PriorResults&) = delete;
    PriorResults& operator=(const PriorResults&) = delete;

    /// Whether the source record at `ordinal` is listed as failed. Ordinals must rise.
    [[nodiscard]] Result<bool> is_failed(std::uint64_t ordinal);
    /// The facen of the next record of the earlier file, which must be `id`; fails with
    /// `output_damaged` when it is another.
    [[nodiscard]] Result<Facen> next(RecordId id);

 private:
    struct State;
    explicit PriorResults(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

}  // namespace ffdump
