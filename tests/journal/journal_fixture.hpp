// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/scratch_folder.hpp"

#include "ffdump/journal/journal.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <memory>
#include <string>
#include <vector>

namespace ffdump {

inline constexpr const char* kRun = "0123456789abcdef0123456789abcdef";
inline constexpr const char* kOtherRun = "fedcba9876543210fedcba9876543210";

/// A journal in a folder of its own, with a small vocabulary.
struct JournalFixture {
    ScratchFolder folder;
    std::string path = folder.at("journal");
    std::unique_ptr<FileSystem> files = make_posix_file_system();

    /// One record a payload; `s` after it stands for a sync.
    void write(const std::vector<std::string>& steps, const std::string& run = kRun) const {
        const std::unique_ptr<Journal> journal = Journal::create(*files, path, run).value();
        for (const std::string& step : steps) {
            if (step == kSync) {
                REQUIRE(journal->sync());
            } else {
                REQUIRE(journal->append(JournalType::commit, step));
            }
        }
        REQUIRE(journal->close());
    }
    [[nodiscard]] std::string bytes() const { return file_bytes(path); }
    /// A file is written anew, since a recovery before may have cut it.
    [[nodiscard]] Result<Journal::Recovered> recover(const std::string& bytes) const {
        folder.write("journal", bytes);
        return Journal::recover(*files, path);
    }
    static std::vector<std::string> payloads(const Journal::Recovered& recovered) {
        std::vector<std::string> all;
        all.reserve(recovered.records.size());
        for (const JournalRecord& record : recovered.records) {
            all.push_back(record.payload);
        }
        return all;
    }
    /// Offsets at which the records end, from the layout: 40 bytes, payload to 8, 8 bytes of hash.
    static std::vector<std::size_t> ends(const std::vector<std::string>& payloads) {
        std::vector<std::size_t> all;
        all.reserve(payloads.size());
        std::size_t at = 56;
        for (const std::string& payload : payloads) {
            at += 48 + ((payload.size() + 7) / 8 * 8);
            all.push_back(at);
        }
        return all;
    }

    static constexpr const char* kSync = "(sync)";
};

/// Whether `some` are the first of `all`.
[[nodiscard]] inline bool is_prefix(const std::vector<std::string>& some,
                                    const std::vector<std::string>& all) {
    return some.size() <= all.size() && std::equal(some.begin(), some.end(), all.begin());
}

}  // namespace ffdump
