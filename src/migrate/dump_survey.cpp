// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/dump_survey.hpp"

#include <utility>

namespace ffdump {

DumpSurvey survey_dump(FileSystem& files, const std::vector<DumpFile>& dump,
                       const Settings& settings, const std::string& temporary_folder,
                       MigrationObserver& observer, const std::atomic<int>& stop_signal) {
    SurveyOptions options;
    options.limits = {.record_bytes = settings.limits.record_bytes, .depth = settings.limits.depth};
    options.temporary_folder = temporary_folder;
    Progress progress;
    progress.phase = "reading the dump";
    for (const DumpFile& file : dump) {
        progress.total += file.identity.size;
    }
    std::vector<FileSurvey> surveys;
    std::uint64_t before = 0;
    for (const DumpFile& file : dump) {
        Result<FileSurvey> survey = survey_file(files, file, options, [&](std::uint64_t bytes) {
            progress.done = before + bytes;
            observer.progress(progress);
            return stop_signal.load() == 0;
        });
        if (!survey) {
            return tl::unexpected(std::vector<Error>{std::move(survey.error())});
        }
        before += survey->bytes;
        surveys.push_back(std::move(*survey));
    }
    return surveys;
}

}  // namespace ffdump
