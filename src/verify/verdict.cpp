// SPDX-License-Identifier: Apache-2.0
#include "verdict.hpp"

#include "findings.hpp"

#include <fmt/format.h>

#include <string>

namespace ffdump {

void give_verdict(VerifyReport& report) {
    const std::uint64_t total = report.findings_total();
    report.restorable = total == 0;
    if (report.restorable) {
        report.verdict =
            report.failed + report.excluded == 0
                ? "restorable"
                : fmt::format("restorable ({} {} failed, {} excluded)", report.failed,
                              report.failed == 1 ? "record" : "records", report.excluded);
        return;
    }
    const std::string first =
        report.findings.empty() ? "there are findings" : words_of(report.findings.front().reason);
    report.verdict = total == 1
                         ? fmt::format("not restorable: {}", first)
                         : fmt::format("not restorable: {} (+{} more findings)", first, total - 1);
}

}  // namespace ffdump
