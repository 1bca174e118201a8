// SPDX-License-Identifier: Apache-2.0
#include "plan_report.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <algorithm>
#include <cmath>

namespace ffdump {
namespace {

using Json = nlohmann::ordered_json;

bool migrates(const FilePlan& file) {
    return file.action == GalleryAction::migrate;
}

/// Characters of a facen of `floats` in base64.
std::uint64_t base64_length(std::size_t floats) {
    return ((floats * 4) + 2) / 3 * 4;
}

std::size_t old_dimension(const FilePlan& file) {
    return file.survey.dimensions.empty() ? 0 : file.survey.dimensions.begin()->first;
}

std::size_t new_dimension(const FilePlan& file, std::size_t index, const PlanReport& report) {
    if (file.dimension != 0 || !report.probe) {
        return file.dimension;
    }
    const auto found = report.probe->dimensions.find(index);
    return found == report.probe->dimensions.end() ? 0 : found->second;
}

std::string gallery_line(const FilePlan& file, std::size_t dimension) {
    return fmt::format("{:<28} {:<8} {:>12} {:>12} {:>6} -> {:<6} {}\n",
                       printable(file.file.gallery), action_name(file.action), file.survey.records,
                       file.survey.with_image, old_dimension(file),
                       !migrates(file)  ? "-"
                       : dimension == 0 ? "?"
                                        : std::to_string(dimension),
                       file.why);
}

std::string presence_text(const MigrationPlan& plan, const PresenceFindings& presence) {
    std::string text = fmt::format("images checked: {}, there: {}, missing: {}\n", presence.checked,
                                   presence.there, presence.missing_count());
    if (!presence.way.empty()) {
        text += fmt::format("  {}\n", printable(presence.way));
    }
    for (const auto& [file, reasons] : presence.missing) {
        for (const auto& [reason, count] : reasons) {
            text += fmt::format("  {}: {} x {}\n", printable(plan.files.at(file).file.gallery),
                                count, reason);
        }
    }
    for (const std::string& example : presence.examples) {
        text += fmt::format("  {}\n", example);
    }
    return text;
}

std::string probe_text(const ProbeFindings& probe) {
    std::string text = fmt::format(
        "probe: {} images, {} missing, {} facens in {} requests{}\n", probe.images, probe.missing,
        probe.facens, probe.requests,
        probe.requests == 0
            ? std::string()
            : fmt::format(", {} each", duration_text(probe.extraction /
                                                     static_cast<std::int64_t>(probe.requests))));
    for (const std::string& trouble : probe.troubles) {
        text += fmt::format("  {}\n", trouble);
    }
    return text;
}

Json gallery_json(const FilePlan& file, std::size_t dimension) {
    Json out;
    out["file"] = printable(file.file.name);
    out["gallery"] = printable(file.file.gallery);
    out["action"] = action_name(file.action);
    out["why"] = file.why;
    out["records"] = file.survey.records;
    out["bad_records"] = file.survey.bad;
    out["with_image"] = file.survey.with_image;
    out["old_dimension"] = old_dimension(file);
    out["new_dimension"] = dimension;
    out["new_model"] = printable(file.new_model);
    return out;
}

Json presence_json(const MigrationPlan& plan, const PresenceFindings& presence) {
    Json out;
    out["checked"] = presence.checked;
    out["there"] = presence.there;
    out["missing"] = presence.missing_count();
    out["way"] = printable(presence.way);
    out["by_gallery"] = Json::object();
    for (const auto& [file, reasons] : presence.missing) {
        out["by_gallery"][printable(plan.files.at(file).file.gallery)] = reasons;
    }
    return out;
}

Json probe_json(const ProbeFindings& probe) {
    Json out;
    out["images"] = probe.images;
    out["missing"] = probe.missing;
    out["image_bytes"] = probe.image_bytes;
    out["facens"] = probe.facens;
    out["requests"] = probe.requests;
    out["milliseconds"] =
        std::chrono::duration_cast<std::chrono::milliseconds>(probe.extraction).count();
    out["troubles"] = probe.troubles;
    return out;
}

}  // namespace

std::size_t images_of_a_request(const Settings& settings) {
    constexpr std::size_t kUsual = 8;
    return settings.batch_size != 0 ? settings.batch_size : kUsual;
}

namespace {

/// Canaries take places of images; of several targets each has batches that are watched, which is
/// left out here.
std::uint64_t requests_for(const Settings& settings, std::uint64_t images) {
    const CanarySettings& canaries = settings.canaries;
    const std::uint64_t batch = images_of_a_request(settings);
    const auto requests = [](double number) {
        return static_cast<std::uint64_t>(std::ceil(number));
    };
    const auto all = static_cast<double>(images);
    if (batch < 2 || canaries.images == 0 || canaries.sentinel_every == 0) {
        return requests(all / static_cast<double>(batch));
    }
    const auto most = static_cast<double>(batch);
    const double watched = std::min(all, canaries.watched_batches * (most - 1));
    return requests(watched / (most - 1) +
                    (all - watched) / (most - 1.0 / canaries.sentinel_every));
}

}  // namespace

std::uint64_t PresenceFindings::missing_count() const noexcept {
    return checked - there;
}

PlanEstimate estimate(const Settings& settings, const MigrationPlan& plan,
                      const PlanReport& report) {
    PlanEstimate sum;
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        const FilePlan& file = plan.files[i];
        if (file.action == GalleryAction::drop) {
            continue;
        }
        sum.target_bytes += file.survey.bytes;
        if (!migrates(file)) {
            continue;
        }
        sum.images += file.survey.with_image;
        const std::size_t dimension = new_dimension(file, i, report);
        if (dimension != 0) {
            const std::uint64_t removed = file.survey.records * base64_length(old_dimension(file));
            sum.target_bytes -= std::min(sum.target_bytes, removed);
            sum.target_bytes += file.survey.with_image * base64_length(dimension);
        }
    }
    sum.requests = requests_for(settings, sum.images);
    if (report.probe && report.probe->images != 0) {
        sum.image_bytes = report.probe->image_bytes / report.probe->images * sum.images;
    }
    // What a width that is found out will be, one request after the other does not show.
    if (report.probe && report.probe->requests != 0 && settings.workers != 0) {
        const double each = static_cast<double>(report.probe->extraction.count()) /
                            static_cast<double>(report.probe->requests);
        sum.duration = std::chrono::nanoseconds(
            static_cast<std::int64_t>(each * static_cast<double>(sum.requests) / settings.workers));
    }
    return sum;
}

std::string render_plan_text(const Settings& settings, const MigrationPlan& plan,
                             const PlanReport& report) {
    std::string text = fmt::format("{:<28} {:<8} {:>12} {:>12} {:>6}    {:<6} {}\n", "gallery",
                                   "action", "records", "with image", "floats", "", "why");
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        text += gallery_line(plan.files[i], new_dimension(plan.files[i], i, report));
    }
    for (const std::string& notice : plan.notices) {
        text += fmt::format("note: {}\n", printable(notice));
    }
    text += fmt::format("storage: {}\nextraction: {}\n", report.storage, report.extraction);
    if (report.probe) {
        text += probe_text(*report.probe);
    }
    if (report.presence) {
        text += presence_text(plan, *report.presence);
    }
    const PlanEstimate sum = estimate(settings, plan, report);
    text += fmt::format(
        "estimate: {} images{}, {} requests of up to {}, new dump about {} bytes{}", sum.images,
        sum.image_bytes ? fmt::format(" of about {} bytes", *sum.image_bytes) : "", sum.requests,
        images_of_a_request(settings), sum.target_bytes,
        sum.duration ? fmt::format(", about {}", duration_text(*sum.duration)) : "");
    return text;
}

std::string render_plan_json(const Settings& settings, const MigrationPlan& plan,
                             const PlanReport& report) {
    const PlanEstimate sum = estimate(settings, plan, report);
    Json out;
    out["schema_version"] = 1;
    out["galleries"] = Json::array();
    for (std::size_t i = 0; i < plan.files.size(); ++i) {
        out["galleries"].push_back(
            gallery_json(plan.files[i], new_dimension(plan.files[i], i, report)));
    }
    out["notices"] = plan.notices;
    out["storage"] = printable(report.storage);
    out["extraction_api"] = printable(report.extraction);
    if (report.probe) {
        out["probe"] = probe_json(*report.probe);
    }
    if (report.presence) {
        out["images"] = presence_json(plan, *report.presence);
    }
    out["estimate"]["images"] = sum.images;
    out["estimate"]["requests"] = sum.requests;
    out["estimate"]["target_bytes"] = sum.target_bytes;
    if (sum.image_bytes) {
        out["estimate"]["image_bytes"] = *sum.image_bytes;
    }
    if (sum.duration) {
        out["estimate"]["seconds"] =
            std::chrono::duration_cast<std::chrono::seconds>(*sum.duration).count();
    }
    return out.dump(2, ' ', true, Json::error_handler_t::replace);
}

}  // namespace ffdump
