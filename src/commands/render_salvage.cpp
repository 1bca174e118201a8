// SPDX-License-Identifier: Apache-2.0
#include "render_salvage.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

std::string line_of(const SalvagedFile& file, bool has_manifest) {
    std::string text = printable(file.name) + ": ";
    if (file.is_whole) {
        text += has_manifest ? "whole" : "whole, but there is no manifest to hold it against";
    } else if (file.lost_bytes == 0) {
        text += "not whole";
    } else if (file.expected) {
        text += fmt::format("{} of {} records saved, {} bytes are lost", file.saved_records,
                            *file.expected, file.lost_bytes);
    } else {
        text +=
            fmt::format("{} records saved, {} bytes are lost", file.saved_records, file.lost_bytes);
    }
    return file.note.empty() ? text : text + "; " + printable(file.note);
}

}  // namespace

std::string render_salvage(const SalvageReport& report) {
    std::string text;
    for (const SalvagedFile& file : report.files) {
        text += line_of(file, report.has_manifest) + "\n";
    }
    if (report.is_complete) {
        return text + "nothing is lost: the new dump is complete";
    }
    return text + (report.has_manifest
                       ? "something is lost: this is no complete dump and has no manifest"
                       : "the manifest is lost: files may be missing that nobody knows of");
}

}  // namespace ffdump
