// SPDX-License-Identifier: Apache-2.0
#include "failures_command.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <nlohmann/json.hpp>

#include <string>

namespace ffdump {
namespace {

using Json = nlohmann::ordered_json;

std::string ids_text(const FailureGroup& group) {
    std::string text;
    for (const std::uint64_t id : group.first_ids) {
        text += fmt::format("{}{}", text.empty() ? "" : ", ", id);
    }
    if (group.count > group.first_ids.size() && !text.empty()) {
        text += ", ...";
    }
    return text.empty() ? "none readable" : text;
}

std::string next_step(Reason reason) {
    // The general cure speaks to those who have not begun.
    return reason_info(reason).fault == FaultClass::source
               ? "repair the dump and migrate it into a new directory, as a run belongs to the "
                 "bytes of its source"
               : std::string(reason_info(reason).cure);
}

}  // namespace

std::string render_failures_text(const FailureListing& listing, const std::string& directory) {
    std::string text;
    for (const auto& [key, group] : listing.groups) {
        const auto& [gallery, reason] = key;
        text += fmt::format("{}: {} x {}\n  ids: {}\n  first: {}\n  next: {}\n", printable(gallery),
                            group.count, reason_name(reason), ids_text(group),
                            printable(group.first_detail), next_step(reason));
    }
    if (listing.is_unfinished) {
        text += "The run is not finished: the same migrate command goes on.\n";
    }
    if (listing.has_earlier) {
        text += fmt::format(
            "It is a retry: what it has not come to yet is in {}/.ffdump/failures.jsonl only.\n",
            printable(directory));
    }
    if (listing.is_torn) {
        text += "The list ends in the middle of a line, which the run will cut off.\n";
    }
    return text + (listing.records == 0
                       ? fmt::format("no failed records in {}", printable(directory))
                       : fmt::format("{} failed record{}, whole in {}/.ffdump/failures.jsonl{}",
                                     listing.records, listing.records == 1 ? "" : "s",
                                     printable(directory), listing.is_unfinished ? ".part" : ""));
}

std::string render_failures_json(const FailureListing& listing) {
    Json groups = Json::array();
    for (const auto& [key, group] : listing.groups) {
        Json ids = Json::array();
        for (const std::uint64_t id : group.first_ids) {
            ids.push_back(std::to_string(id));  // ids pass 2^53
        }
        groups.push_back({{"gallery", printable(key.first)},
                          {"reason", reason_name(key.second)},
                          {"records", group.count},
                          {"first_ids", ids},
                          {"first_detail", printable(group.first_detail)},
                          {"next", next_step(key.second)}});
    }
    return Json{
        {"records", listing.records}, {"finished", !listing.is_unfinished}, {"groups", groups}}
        .dump(2);
}

}  // namespace ffdump
