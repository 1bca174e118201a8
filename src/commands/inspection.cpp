// SPDX-License-Identifier: Apache-2.0
#include "inspection.hpp"

#include "ffdump/dump/dump_stream.hpp"

#include <array>
#include <memory>
#include <utility>

namespace ffdump {

Inspection::Inspection(const CommandContext& context, ProgressDisplay& display,
                       std::span<const Profile> profiles, SurveyOptions options)
    : context_(context), display_(display), profiles_(profiles), options_(std::move(options)) {
    progress_.phase = "reading the dump";
}

Result<std::vector<InspectedFile>> Inspection::of_path(const std::string& path) {
    if (!context_.files.is_directory(path)) {
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
    return open_dump(context_.files, path, profiles_).and_then([this](std::vector<DumpFile> dump) {
        return of_files(std::move(dump));
    });
}

Result<std::vector<InspectedFile>> Inspection::of_files(std::vector<DumpFile> dump) {
    for (const DumpFile& file : dump) {
        progress_.total += file.identity.size;
    }
    std::vector<InspectedFile> inspected;
    std::uint64_t before = 0;
    for (DumpFile& file : dump) {
        Result<FileSurvey> survey = survey_file(context_.files, file, options_, shown(before));
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        before += survey->bytes;
        inspected.push_back({std::move(file), std::move(*survey)});
    }
    return inspected;
}

Result<std::vector<InspectedFile>> Inspection::of_stream(ByteSource& bytes,
                                                         const std::string& name) {
    Result<DumpStream> stream = DumpStream::open(bytes, name, profiles_);
    if (!stream) {
        return failed(std::move(stream.error()));
    }
    std::vector<InspectedFile> inspected;
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
        inspected.push_back({**file, std::move(*survey)});
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
