// SPDX-License-Identifier: Apache-2.0
#include "plan_making.hpp"

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/migrate/dump_survey.hpp"

#include <utility>

namespace ffdump {

tl::expected<MigrationPlan, std::vector<Error>> plan_dump(const CommandContext& context,
                                                          const Settings& settings,
                                                          const DumpOptions& options,
                                                          MigrationObserver& observer) {
    Result<std::vector<DumpFile>> dump = open_dump(context.files, options.from, options.profiles);
    if (!dump) {
        return tl::unexpected(std::vector<Error>{std::move(dump).error()});
    }
    DumpSurvey surveys = survey_dump(context.files, *dump, settings, options.temporary_folder,
                                     observer, context.stop_signal);
    if (!surveys) {
        return tl::unexpected(std::move(surveys).error());
    }
    return make_plan(settings, std::move(*dump), std::move(*surveys), options.plan);
}

}  // namespace ffdump
