// SPDX-License-Identifier: Apache-2.0
#include "findings.hpp"
#include "verdict.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/verify/sample_report.hpp"
#include "ffdump/verify/verification.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <map>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostIds = 20;

std::string missed_text(const SampledGallery& gallery) {
    std::map<std::string, std::uint64_t> reasons;
    std::string ids;
    for (std::size_t i = 0; i < gallery.missed.size(); ++i) {
        ++reasons[gallery.missed[i].second];
        if (i < kMostIds) {
            ids += fmt::format("{}{}", i == 0 ? "" : ", ", gallery.missed[i].first.value);
        }
    }
    std::string words;
    for (const auto& [reason, count] : reasons) {
        words += fmt::format("{}{} x {}", words.empty() ? "" : ", ", count, reason);
    }
    return fmt::format(
        "{}{}", words,
        fmt::format("; ids {}{}", ids, gallery.missed.size() > kMostIds ? " and more" : ""));
}

}  // namespace

std::string render_text(const SampleReport& report) {
    std::string out =
        fmt::format("sample, extracted again (seed {}, {}):\n", report.seed,
                    report.cosine_above < 1 ? fmt::format("cosine above {}", report.cosine_above)
                                            : "the same bits");
    for (const SampledGallery& gallery : report.galleries) {
        const std::string name = printable(gallery.gallery);
        out += fmt::format("  {}: {}\n", name, confidence_text(gallery));
        if (gallery.near != 0) {
            out += fmt::format("  {}: {} the same to the last bit, {} within the tolerance\n", name,
                               gallery.same, gallery.near);
        }
        if (!gallery.missed.empty()) {
            out += fmt::format("  {}: {} of {} drawn could not be compared: {}\n", name,
                               gallery.missed.size(), gallery.drawn, missed_text(gallery));
        }
    }
    return out + "\n";
}

void VerifyReport::take_sample(SampleReport taken, std::size_t most_findings) {
    const std::string kind(reason_name(Reason::facen_differs));
    std::size_t named = 0;
    for (const SampledGallery& gallery : taken.galleries) {
        for (const SampledGallery::Different& different : gallery.different) {
            ++finding_counts[kind];
            if (named++ < most_findings) {
                Finding finding = Findings::finding(
                    Reason::facen_differs, in_file(gallery.path, different.id), different.why);
                finding.cure =
                    "see that extraction-api serves the model of the migration and that the "
                    "image is the one of then; if so, migrate again";
                findings.push_back(std::move(finding));
            }
        }
    }
    sample = std::move(taken);
    give_verdict(*this);
}

}  // namespace ffdump
