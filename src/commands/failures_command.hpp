// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "ffdump/journal/failures.hpp"

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// The failed records of one gallery that have one reason.
struct FailureGroup {
    std::uint64_t count = 0;
    std::vector<std::uint64_t> first_ids;
    std::string first_detail;
};

struct FailureListing {
    bool is_unfinished = false;  ///< the run has not come to its end
    bool has_earlier = false;    ///< a retry: the list of the run before stands until its end
    bool is_torn = false;        ///< it was written to when the run died: the last line is cut
    std::uint64_t records = 0;
    std::map<std::pair<std::string, Reason>, FailureGroup> groups;  ///< by gallery and reason
};

/// `ffdump failures`: what is in failures.jsonl, and what to do about it.
class FailuresCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "failures"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<FailureListing> read(const CommandContext& context) const;
    [[nodiscard]] Result<void> add(const CommandContext& context, FailureListing& listing,
                                   const FailureEntry& entry) const;

    std::string directory_;
    std::string reason_;
    std::string gallery_;
    bool ids_ = false;
    bool json_ = false;
};

[[nodiscard]] std::string render_failures_text(const FailureListing& listing,
                                               const std::string& directory);
[[nodiscard]] std::string render_failures_json(const FailureListing& listing);

}  // namespace ffdump
