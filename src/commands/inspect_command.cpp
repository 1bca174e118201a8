// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"

#include "progress_display.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr int kExitCorrupt = 4;

}  // namespace

std::string InspectCommand::summary() const {
    return "Say what is in a dump";
}

std::string InspectCommand::epilogue() const {
    return R"(Example:
  ffdump inspect dump

Reads the whole dump once: layout, gallery, records, models, dimensions, records with a
normalized image, duplicate ids, and the first problems with their places.

Exit codes: 0 the dump is sound; 2 usage; 4 unreadable, corrupt, or ids that occur twice;
130, 143 interrupted.)";
}

void InspectCommand::declare(CLI::App& app) {
    app.add_option("dump", dump_, "The dump: a directory, or one file of it")
        ->type_name("DUMP")
        ->required();
    app.add_flag("--json", json_, "One JSON document on stdout");
    app.add_option("--temporary", temporary_,
                   "Folder for the search of duplicate ids, 8 bytes a record when there are more "
                   "than half a million")
        ->type_name("DIR")
        ->capture_default_str();
    format_.declare(app);
    log_.declare(app);
}

Result<std::vector<InspectedFile>> InspectCommand::inspect(const CommandContext& context) const {
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    Result<std::vector<DumpFile>> dump = open_dump(context.files, dump_, *profiles);
    if (!dump) {
        return failed(std::move(dump.error()));
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    SurveyOptions options;
    options.limits.record_bytes = format_.max_record_bytes.value_or(options.limits.record_bytes);
    options.decode_facens = true;
    options.temporary_folder = temporary_;
    Progress progress;
    progress.phase = "reading the dump";
    for (const DumpFile& file : *dump) {
        progress.total += file.identity.size;
    }
    std::vector<InspectedFile> inspected;
    std::uint64_t before = 0;
    for (DumpFile& file : *dump) {
        Result<FileSurvey> survey =
            survey_file(context.files, file, options, [&](std::uint64_t bytes) {
                progress.done = before + bytes;
                display.progress(progress);
                return context.stop_signal.load() == 0;
            });
        if (!survey) {
            return failed(std::move(survey.error()));
        }
        before += survey->bytes;
        inspected.push_back({std::move(file), std::move(*survey)});
    }
    return inspected;
}

int InspectCommand::run(const CommandContext& context) {
    const Result<std::vector<InspectedFile>> inspected = inspect(context);
    context.terminal.clear_progress();
    if (!inspected) {
        return give_up(context, {&inspected.error(), 1});
    }
    context.terminal.result(json_ ? render_inspection_json(*inspected)
                                  : render_inspection_text(*inspected));
    const bool sound = std::ranges::all_of(*inspected, [](const InspectedFile& file) {
        return file.survey.bad == 0 && file.survey.duplicates.count == 0;
    });
    return sound ? 0 : kExitCorrupt;
}

}  // namespace ffdump
