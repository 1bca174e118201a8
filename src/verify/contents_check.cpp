// SPDX-License-Identifier: Apache-2.0
#include "contents_check.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/file_system.hpp"

#include <fmt/format.h>

#include <map>
#include <optional>
#include <set>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

void note_unreadable(const Error& error, const OutputDirectory& directory, Findings& findings) {
    Place place = error.place();
    place.file = directory.manifest();
    findings.add(Reason::manifest_invalid, std::move(place), error.detail());
}

void note_incomplete(FileSystem& files, const OutputDirectory& directory, Findings& findings) {
    // What cannot be told is not said: that there is no manifest is known.
    if (!files.is_directory(directory.state_folder(), FilePurpose::reading).value_or(true)) {
        findings.add(Reason::output_incomplete, [&] {
            Finding finding = Findings::finding(
                Reason::output_incomplete, in_file(directory.path()),
                "there is no .ffdump folder: this is not an output directory of ffdump migrate");
            finding.cure = "give the directory that ffdump migrate wrote with --to";
            return finding;
        });
        return;
    }
    const Result<bool> has_old = files.exists(directory.previous_manifest(), FilePurpose::reading);
    const Result<bool> has_journal = files.exists(directory.journal(), FilePurpose::reading);
    const char* text = "there is neither a manifest nor a journal";
    if (has_old.value_or(false)) {
        text =
            "there is no manifest: an ffdump migrate --retry-failed has begun and is not finished";
    } else if (has_journal.value_or(false)) {
        text = "there is no manifest: the journal shows a run that is not finished";
    } else if (!has_old || !has_journal) {
        text = "there is no manifest";
    }
    findings.add(Reason::output_incomplete, in_file(directory.path()), text);
}

}  // namespace

Result<DumpListing> DumpListing::read(FileSystem& files, const std::string& path, Folders folders) {
    DumpListing listing;
    listing.path_ = path;
    const Result<bool> is_file = is_no_folder(files, path, FilePurpose::reading);
    if (!is_file) {
        return failed(is_file.error());
    }
    if (*is_file) {
        listing.is_one_file_ = true;
        listing.names_.insert(file_name_of(path));
        return listing;
    }
    Result<std::vector<DirectoryEntry>> entries = files.list(path, FilePurpose::reading);
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    for (DirectoryEntry& entry : *entries) {
        const bool is_passed_over =
            folders == Folders::passed_over && entry.kind == EntryKind::directory;
        if (!entry.name.starts_with('.') && !is_passed_over) {
            listing.names_.insert(std::move(entry.name));
        }
    }
    return listing;
}

DumpListing DumpListing::named_by(const Manifest& manifest) {
    DumpListing listing;
    for (const ManifestFile& file : manifest.files) {
        listing.names_.insert(file.name);
    }
    return listing;
}

std::string DumpListing::path_of(const std::string& name) const {
    return is_one_file_ ? path_ : join_path(path_, name);
}

std::optional<Manifest> take_manifest(FileSystem& files, const OutputDirectory& directory,
                                      Findings& findings) {
    const Result<bool> is_there = files.exists(directory.manifest(), FilePurpose::reading);
    if (!is_there) {
        note_unreadable(is_there.error(), directory, findings);
        return std::nullopt;
    }
    if (!*is_there) {
        note_incomplete(files, directory, findings);
        return std::nullopt;
    }
    Result<std::string> text = read_small_file(files, directory.manifest(), kMostManifestBytes);
    Result<Manifest> manifest =
        text ? parse_manifest(*text) : Result<Manifest>(failed(std::move(text.error())));
    if (!manifest) {
        note_unreadable(manifest.error(), directory, findings);
        return std::nullopt;
    }
    return std::move(*manifest);
}

void check_contents(const Manifest& manifest, const DumpListing& source, const DumpListing& target,
                    Findings& findings) {
    std::map<std::string, const ManifestFile*> promised;  // by the name in the new dump
    std::set<std::string> known;
    for (const ManifestFile& file : manifest.files) {
        const std::string target_name = target_name_of(manifest, file.name);
        promised.emplace(target_name, &file);
        known.insert(file.name);
        if (!source.has(file.name)) {
            findings.add(Reason::source_changed, in_file(source.path_of(file.name)),
                         "the source lacks this file, which it had when it was migrated");
        }
        if (file.action != "drop" && !target.has(target_name)) {
            findings.add(Reason::file_missing, in_file(target.path_of(target_name)),
                         "the manifest names this file, and it is not there");
        }
    }
    for (const std::string& name : source.names()) {
        if (!known.contains(name)) {
            findings.add(Reason::source_changed, in_file(source.path_of(name)),
                         "the source holds a file that was not migrated");
        }
    }
    for (const std::string& name : target.names()) {
        const auto it = promised.find(name);
        if (it == promised.end()) {
            findings.add(Reason::file_extra, in_file(target.path_of(name)),
                         "the manifest does not name this file");
        } else if (it->second->action == "drop") {
            findings.add(Reason::file_extra, in_file(target.path_of(name)),
                         fmt::format("gallery {} is dropped, and yet its file is here",
                                     printable(it->second->gallery)));
        }
    }
}

}  // namespace ffdump
