// SPDX-License-Identifier: Apache-2.0
#include "report_parts.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/verify/same_facens.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

std::string gallery_line(const SameFacensGallery& gallery) {
    const auto word = [](bool is_same) { return is_same ? "same" : "DIFFER"; };
    return fmt::format("{:>12}  {:>12}  {:<6}  {:<6}  {:<6}  {:<6}  {}\n", gallery.in_new_dump,
                       gallery.in_redump, word(gallery.is_same_ids), word(gallery.is_same_facens),
                       word(gallery.is_same_models), word(gallery.is_same_rest),
                       printable(gallery.gallery));
}

}  // namespace

std::string render_text(const SameFacensReport& report) {
    std::string out = fmt::format("{:>12}  {:>12}  {:<6}  {:<6}  {:<6}  {:<6}  {}\n", "new dump",
                                  "dumped again", "ids", "facens", "models", "rest", "gallery");
    for (const SameFacensGallery& gallery : report.galleries) {
        out += gallery_line(gallery);
    }
    out += report.has_manifest ? fmt::format("\nheld against the manifest of run {} as well\n\n",
                                             printable(report.run_id))
                               : "\nthere is no manifest to hold the new dump against\n\n";
    append_findings(out, report.findings, report.finding_counts);
    append_end(out, report.not_proven, report.verdict);
    return out;
}

std::string render_json(const SameFacensReport& report) {
    constexpr int kSchemaVersion = 1;
    nlohmann::ordered_json galleries = nlohmann::ordered_json::array();
    for (const SameFacensGallery& gallery : report.galleries) {
        galleries.push_back({{"gallery", gallery.gallery},
                             {"new_dump", gallery.in_new_dump},
                             {"redump", gallery.in_redump},
                             {"same_ids", gallery.is_same_ids},
                             {"same_facens", gallery.is_same_facens},
                             {"same_models", gallery.is_same_models},
                             {"same_rest", gallery.is_same_rest}});
    }
    const nlohmann::ordered_json json = {{"schema_version", kSchemaVersion},
                                         {"verdict", report.verdict},
                                         {"same", report.is_same},
                                         {"has_manifest", report.has_manifest},
                                         {"run_id", report.run_id},
                                         {"galleries", std::move(galleries)},
                                         {"findings", findings_json(report.findings)},
                                         {"finding_counts", report.finding_counts},
                                         {"not_proven", report.not_proven}};
    // File names may be any bytes; JSON may not.
    constexpr int kIndent = 2;
    return json.dump(kIndent, ' ', false, nlohmann::ordered_json::error_handler_t::replace) + "\n";
}

}  // namespace ffdump
