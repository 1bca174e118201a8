// SPDX-License-Identifier: Apache-2.0
#include "report_parts.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>

namespace ffdump {
namespace {

constexpr std::size_t kColumns = 9;
/// Gallery, action and what changed are words; the counts between them are aligned to the right.
constexpr std::size_t kFirstCount = 2;
constexpr std::size_t kLastCount = 5;
using Row = std::array<std::string, kColumns>;

std::string model_text(const std::string& model, std::size_t dimension) {
    if (model.empty() && dimension == 0) {
        return "-";
    }
    if (dimension == 0) {
        return printable(model);
    }
    return model.empty() ? fmt::format("{} floats", dimension)
                         : fmt::format("{} ({})", printable(model), dimension);
}

std::string change_text(const GalleryReport& gallery) {
    if (gallery.action != "migrate") {
        return "";
    }
    return fmt::format("{} -> {}", model_text(gallery.old_model, gallery.old_dimension),
                       model_text(gallery.new_model, gallery.new_dimension));
}

std::string law_text(const GalleryReport& gallery) {
    if (gallery.action == "drop") {
        return "-";
    }
    if (!gallery.was_compared) {
        return "not compared";
    }
    return gallery.law_holds ? "holds" : "BROKEN";
}

std::string norm_text(const GalleryReport& gallery) {
    return gallery.norm_max == 0
               ? ""
               : fmt::format("{:.6f} to {:.6f}", gallery.norm_min, gallery.norm_max);
}

Row row_of(const GalleryReport& gallery) {
    return {printable(gallery.gallery),
            printable(gallery.action),
            std::to_string(gallery.source),
            std::to_string(gallery.target),
            std::to_string(gallery.failed),
            std::to_string(gallery.excluded),
            law_text(gallery),
            change_text(gallery),
            norm_text(gallery)};
}

void append_table(std::string& out, const VerifyReport& report) {
    std::vector<Row> rows{{"gallery", "action", "source", "target", "failed", "excluded", "law",
                           "model (dimension)", "norms"}};
    for (const GalleryReport& gallery : report.galleries) {
        rows.push_back(row_of(gallery));
    }
    std::array<std::size_t, kColumns> widths{};
    for (const Row& row : rows) {
        for (std::size_t i = 0; i < kColumns; ++i) {
            widths.at(i) = std::max(widths.at(i), row.at(i).size());
        }
    }
    for (const Row& row : rows) {
        std::string line;
        for (std::size_t i = 0; i < kColumns; ++i) {
            const bool is_count = i >= kFirstCount && i <= kLastCount;
            line += is_count ? fmt::format("{:>{}}", row.at(i), widths.at(i))
                             : fmt::format("{:<{}}", row.at(i), widths.at(i));
            line += "  ";
        }
        line.erase(line.find_last_not_of(' ') + 1);
        out += line + "\n";
    }
    out += "\n";
}

void append_run(std::string& out, const VerifyReport& report) {
    out += fmt::format("source    {}\nnew dump  {}\n",
                       report.from.empty() ? "not at hand: held against the manifest alone"
                                           : printable(report.from),
                       printable(report.to));
    if (!report.run_id.empty()) {
        out +=
            fmt::format("run       {} (sequence {}), ffdump {}, {} to {}\n",
                        printable(report.run_id), report.sequence, printable(report.tool_version),
                        printable(report.started), printable(report.ended));
    }
    for (const std::string& opt_out : report.opt_outs) {
        out += fmt::format("note      the run was made with --{}\n", printable(opt_out));
    }
    out += "\n";
}

void append_failures(std::string& out, const VerifyReport& report) {
    if (report.failures_by_reason.empty()) {
        return;
    }
    out += "failed records, as listed in .ffdump/failures.jsonl:\n";
    for (const auto& [name, count] : report.failures_by_reason) {
        const std::optional<Reason> reason = reason_from_name(name);
        out += fmt::format("  {:>8}  {}{}\n", count, printable(name),
                           reason ? fmt::format(": {}", reason_info(*reason).cure) : "");
    }
    out += "\n";
}

}  // namespace

void append_findings(std::string& out, const std::vector<Finding>& findings,
                     const std::map<std::string, std::uint64_t>& counts) {
    if (counts.empty()) {
        return;
    }
    out += "findings:\n";
    std::map<std::string_view, std::uint64_t> named;
    for (const Finding& finding : findings) {
        const Error error = Error(finding.reason, finding.text).at(finding.place);
        out += fmt::format("  {}  {}: {}; {}\n", reason_name(finding.reason), error.place_text(),
                           printable(finding.text), printable(finding.cure));
        ++named[reason_name(finding.reason)];
    }
    for (const auto& [name, count] : counts) {
        if (count > named[name]) {
            out += fmt::format("  {}  and {} more\n", name, count - named[name]);
        }
    }
    out += "\n";
}

void append_end(std::string& out, const std::vector<std::string>& not_proven,
                const std::string& verdict) {
    out += "not proven by this:\n";
    for (const std::string& text : not_proven) {
        out += fmt::format("  {}\n", text);
    }
    out += fmt::format("\n{}\n", verdict);
}

std::string render_text(const VerifyReport& report) {
    std::string out;
    append_run(out, report);
    if (!report.galleries.empty()) {
        append_table(out, report);
    }
    append_failures(out, report);
    append_findings(out, report.findings, report.finding_counts);
    if (report.sample) {
        out += render_text(*report.sample);
    }
    append_end(out, report.not_proven, report.verdict);
    return out;
}

}  // namespace ffdump
