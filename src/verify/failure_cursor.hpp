// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "findings.hpp"
#include "hashed_source.hpp"

#include "ffdump/io/sha256.hpp"
#include "ffdump/journal/failures.hpp"
#include "ffdump/journal/manifest.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>

namespace ffdump {

/// Walks failures.jsonl beside the dump's files: it is in the order of file and ordinal, so one
/// pass serves all of them. What is out of place, or not readable, becomes a finding and is passed
/// over. `findings` must outlive it. One thread.
class FailureCursor {
 public:
    /// A list that is not there is a finding, and counts as an empty one.
    [[nodiscard]] static Result<std::unique_ptr<FailureCursor>> open(FileSystem& files,
                                                                     const std::string& path,
                                                                     std::size_t max_line_bytes,
                                                                     Findings& findings);
    FailureCursor(const FailureCursor&) = delete;
    FailureCursor& operator=(const FailureCursor&) = delete;
    ~FailureCursor() = default;

    /// The entry that comes next when it is one of `file`, else nullptr; valid until pop(). Files
    /// are asked for in ascending order of their names.
    [[nodiscard]] Result<const FailureEntry*> peek(const std::string& file);
    void pop() { entry_.reset(); }
    /// Passes over the entries of a file that are left, and shows each to `take`.
    [[nodiscard]] Result<void> pass_rest_of(const std::string& file,
                                            const std::function<void(const FailureEntry&)>& take);
    /// After the last file: what is left over, and length, checksum and counts after the manifest.
    [[nodiscard]] Result<void> finish(const Manifest& manifest);
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::size_t max_line_bytes() const noexcept { return max_line_bytes_; }

 private:
    FailureCursor(std::string path, std::size_t max_line_bytes, Findings& findings)
        : path_(std::move(path)), max_line_bytes_(max_line_bytes), findings_(findings) {}
    [[nodiscard]] Result<void> load();
    void report(const FailureEntry& entry, const char* what);
    void check_counts(const Manifest& manifest);

    std::string path_;
    std::size_t max_line_bytes_;
    Findings& findings_;
    Sha256 sha256_;
    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> bytes_;
    std::unique_ptr<HashedSource> hashed_;
    std::unique_ptr<FailureReader> reader_;
    std::optional<FailureEntry> entry_;
    bool ended_ = false;
    bool is_broken_ = false;
    std::uint64_t records_ = 0;
    std::map<std::string, std::uint64_t> by_reason_;
};

/// Which of `wanted` are listed as failed for `file`: a pass of its own over the list, made only
/// when the new dump holds records that nobody expected.
[[nodiscard]] Result<std::set<std::uint64_t>> failed_among(FileSystem& files,
                                                           const FailureCursor& list,
                                                           const std::string& file,
                                                           const std::set<std::uint64_t>& wanted);

}  // namespace ffdump
