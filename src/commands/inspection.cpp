// SPDX-License-Identifier: Apache-2.0
#include "inspection.hpp"

#include "ffdump/dump/dump_stream.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace ffdump {

Inspection::Inspection(const CommandContext& context, ProgressDisplay& display,
                       std::span<const Profile> profiles, SurveyOptions options)
    : context_(context), display_(display), profiles_(profiles), options_(std::move(options)) {
    progress_.phase = "reading the dump";
}

Result<InspectedDump> Inspection::of_path(const std::string& path) {
    const Result<bool> is_folder = context_.files.is_directory(path, FilePurpose::reading);
    if (!is_folder) {
        return failed(is_folder.error());
    }
    if (!*is_folder) {
        Result<std::unique_ptr<File>> file = context_.files.open_read(path);
        if (!file) {
            return failed(std::move(file.error()));
        }
        std::array<char, 512> begin{};
        Result<std::size_t> got = (*file)->read_at(begin, 0);
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (is_packed({begin.data(), *got})) {
            const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
            return of_stream(*bytes, path);
        }
    }
    Result<InspectedDump> inspected =
        open_dump(context_.files, path, profiles_).and_then([this](std::vector<DumpFile> dump) {
            return of_files(std::move(dump));
        });
    if (!inspected || !*is_folder) {
        return inspected;
    }
    Result<std::vector<std::string>> folders = folders_in(path);
    if (!folders) {
        return failed(std::move(folders.error()));
    }
    inspected->folders = std::move(*folders);
    return inspected;
}

Result<std::vector<std::string>> Inspection::folders_in(const std::string& path) {
    std::vector<std::string> folders;
    return context_.files.list(path, FilePurpose::reading)
        .map([&](const std::vector<DirectoryEntry>& entries) {
            for (const DirectoryEntry& entry : entries) {
                if (entry.kind == EntryKind::directory && !entry.name.starts_with('.')) {
                    folders.push_back(entry.name);
                }
            }
            return std::move(folders);
        });
}

Result<InspectedDump> Inspection::of_files(std::vector<DumpFile> dump) {
    for (const DumpFile& file : dump) {
        progress_.total += file.identity.size;
    }
    InspectedDump inspected;
    std::uint64_t before = 0;
    for (DumpFile& file : dump) {
        Result<FileSurvey> survey = survey_file(context_.files, file, options_, shown(before));
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        before += file.identity.size;
        inspected.files.push_back({std::move(file), std::move(*survey)});
    }
    return inspected;
}

Result<InspectedDump> Inspection::of_stream(ByteSource& bytes, const std::string& name) {
    Result<DumpStream> stream = DumpStream::open(bytes, name, profiles_);
    if (!stream) {
        return failed(std::move(stream.error()));
    }
    InspectedDump inspected;
    std::uint64_t before = 0;
    for (;;) {
        Result<const DumpFile*> file = stream->next();
        if (!file) {
            return failed(std::move(file.error()));
        }
        if (*file == nullptr) {
            return inspected;
        }
        Result<FileSurvey> survey =
            survey_bytes(context_.files, **file, stream->bytes(), options_, shown(before));
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        before += survey->bytes;
        const bool is_repeated = std::ranges::any_of(
            inspected.files,
            [&](const InspectedFile& other) { return other.file.name == (*file)->name; });
        inspected.files.push_back({**file, std::move(*survey), is_repeated});
    }
}

SurveyProgress Inspection::shown(std::uint64_t before) {
    return [this, before](std::uint64_t bytes) {
        progress_.done = before + bytes;
        display_.progress(progress_);
        return context_.stop_signal.load() == 0;
    };
}

}  // namespace ffdump
