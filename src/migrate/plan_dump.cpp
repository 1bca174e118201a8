// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/plan_dump.hpp"

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/dump/survey.hpp"

#include <cstdint>
#include <utility>

namespace ffdump {
namespace {

Result<std::vector<FileSurvey>> survey_dump(const std::vector<DumpFile>& dump,
                                            const SurveyOptions& options,
                                            const PlanServices& services) {
    Progress progress;
    progress.phase = "reading the dump";
    for (const DumpFile& file : dump) {
        progress.total += file.identity.size;
    }
    std::vector<FileSurvey> surveys;
    std::uint64_t before = 0;
    for (const DumpFile& file : dump) {
        Result<FileSurvey> survey =
            survey_file(services.files, file, options, [&](std::uint64_t bytes) {
                progress.done = before + bytes;
                services.observer.progress(progress);
                return services.stop_signal.load() == 0;
            });
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        before += file.identity.size;
        surveys.push_back(std::move(*survey));
    }
    return surveys;
}

}  // namespace

tl::expected<MigrationPlan, std::vector<Error>> plan_dump(const Settings& settings,
                                                          const DumpOptions& options,
                                                          const PlanServices& services) {
    Result<std::vector<DumpFile>> dump = open_dump(services.files, options.from, options.profiles);
    if (!dump) {
        return tl::unexpected(std::vector<Error>{std::move(dump).error()});
    }
    for (const DumpFile& file : *dump) {
        services.log.info("recognised", {{"file", file.name},
                                         {"gallery", file.gallery},
                                         {"profile", file.profile.name},
                                         {"evidence", file.evidence}});
    }
    SurveyOptions survey;
    survey.limits = {.record_bytes = settings.limits.record_bytes, .depth = settings.limits.depth};
    survey.temporary_folder = options.temporary_folder;
    Result<std::vector<FileSurvey>> surveys = survey_dump(*dump, survey, services);
    if (!surveys) {
        return tl::unexpected(std::vector<Error>{std::move(surveys).error()});
    }
    return make_plan(settings, std::move(*dump), std::move(*surveys), options.plan);
}

}  // namespace ffdump
