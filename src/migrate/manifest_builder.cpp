// SPDX-License-Identifier: Apache-2.0
#include "manifest_builder.hpp"

#include <memory>
#include <utility>
#include <vector>

namespace ffdump {
Manifest build_manifest(const RunBegin& begin, const MigrationPlan& plan,
                        const std::vector<FileProgress>& files) {
    Manifest manifest;
    manifest.run_id = begin.run_id;
    manifest.sequence = begin.sequence;
    manifest.parent_run = begin.parent_run;
    manifest.tool_version = begin.tool_version;
    manifest.started = begin.started;
    manifest.source = begin.source;
    manifest.settings = begin.settings;
    for (std::size_t i = 0; i < files.size(); ++i) {
        const PlannedFile& planned = begin.files[i];
        const FileProgress& progress = files[i];
        ManifestFile file;
        file.name = planned.name;
        file.gallery = planned.gallery;
        file.action = planned.action;
        file.profile = planned.profile;
        file.profile_sha256 = planned.profile_sha256;
        file.source_bytes = planned.identity.size;
        file.source_fingerprint = planned.fingerprint;
        file.source_records = planned.records;
        file.target_bytes = progress.sealed.bytes;
        file.target_sha256 = progress.sealed.sha256;
        file.new_model = plan.files[i].new_model;
        file.tally = progress.tally;
        manifest.failures_records += progress.tally.failed.count;
        for (const auto& [reason, count] : progress.tally.failed_by_reason) {
            manifest.failures_by_reason[reason] += count;
        }
        manifest.files.push_back(std::move(file));
    }
    return manifest;
}

Result<void> publish(FileSystem& files, const OutputDirectory& directory,
                     const std::vector<WrittenRegion>& failures, Manifest& manifest,
                     const IsStopped& is_stopped) {
    return read_back(files, directory.failures_part(), failures, is_stopped)
        .map([&manifest](SealedFile list) {
            manifest.failures_bytes = list.bytes;
            manifest.failures_sha256 = std::move(list.sha256);
        })
        .and_then([&] { return files.rename(directory.failures_part(), directory.failures()); })
        .and_then([&] { return files.sync_directory(directory.state_folder()); })
        .and_then(
            [&] { return replace_file(files, directory.manifest(), manifest_text(manifest)); });
}

Result<Manifest> load_manifest(FileSystem& files, const std::string& path) {
    Result<std::unique_ptr<File>> file = files.open_read_back(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    // A manifest that is not valid is a verdict of verify; here it is damage like any other.
    const auto damaged = [&path](const std::string& detail) {
        return Error(Reason::output_damaged, "the manifest is damaged: " + detail)
            .at_file(path)
            .hint(
                "put it back from a copy; that of a complete run may also be removed: the same "
                "command writes it again from the journal");
    };
    Result<std::string> text = read_small_file(**file, kMostManifestBytes);
    if (!text) {
        return failed(text.error().reason() == Reason::config_unreadable
                          ? damaged(text.error().detail())
                          : std::move(text.error()));
    }
    return parse_manifest(*text).map_error(
        [&](const Error& error) { return damaged(error.detail()); });
}

}  // namespace ffdump
