// SPDX-License-Identifier: Apache-2.0
#include "damage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {

void expect_finding(const VerifyReport& report, const Damage& damage) {
    INFO(damage.name << "\n" << render_text(report));
    CHECK_FALSE(report.restorable);
    CHECK(report.exit_code(false) == 3);
    CHECK(report.verdict.starts_with("not restorable: "));
    CHECK(report.finding_counts.contains(std::string(reason_name(damage.reason))));
    const bool is_told = std::ranges::any_of(report.findings, [&](const Finding& finding) {
        return finding.reason == damage.reason &&
               finding.text.find(damage.words) != std::string::npos &&
               (!damage.record_id || finding.place.record_id == damage.record_id);
    });
    CHECK(is_told);
}

void check_damage(const Damage& damage) {
    DumpPair pair(DumpPair::usual_tables());
    REQUIRE(pair.verify().verdict == "restorable (3 records failed, 1 excluded)");
    damage.apply(pair);
    expect_finding(pair.verify(), damage);
}

void check_damage_of_target(const Damage& damage) {
    DumpPair pair(DumpPair::usual_tables());
    REQUIRE(pair.verify().verdict == "restorable (3 records failed, 1 excluded)");
    damage.apply(pair);
    const VerifyReport report = pair.verify();
    expect_finding(report, damage);
    CHECK(find(report, Reason::checksum_differs) != nullptr);
    pair.reseal();
    const VerifyReport resealed = pair.verify();
    expect_finding(resealed, damage);
    CHECK(find(resealed, Reason::checksum_differs) == nullptr);
}

}  // namespace ffdump
