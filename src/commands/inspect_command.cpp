// SPDX-License-Identifier: Apache-2.0
#include "inspect_command.hpp"

#include "inspection.hpp"
#include "progress_display.hpp"

#include "ffdump/dump/suggest_profile.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/compression.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr int kExitCorrupt = 4;
constexpr const char* kStandardInput = "standard-input";

/// A gallery without records is sound, in an archive too; a pipe without bytes is a command that
/// failed before us.
Result<InspectedDump> checked_input(InspectedDump inspected) {
    const auto is_empty_pipe = [](const InspectedFile& file) {
        return file.file.name == kStandardInput && file.survey.bytes == 0;
    };
    if (std::ranges::all_of(inspected.files, is_empty_pipe)) {
        return failed(Error(Reason::source_unreadable, "no byte came")
                          .at_file(kStandardInput)
                          .hint("look at the command that writes into the pipe"));
    }
    return inspected;
}

bool is_sound(const InspectedFile& file) {
    return file.survey.bad == 0 && file.survey.duplicates.count == 0 &&
           !has_wrong_count(file.survey) && !file.is_repeated;
}

}  // namespace

std::string InspectCommand::summary() const {
    return "Say what is in a dump";
}

std::string InspectCommand::epilogue() const {
    return R"(Example:
  ffdump inspect dump

  pv dump.tar.zst | ffdump inspect -
  ffdump inspect --suggest-format faces.json > our-dump.yaml

DUMP is a directory, one file of a dump, a tar archive of one, or `-` for either on standard
input; archives and single files may be compressed with gzip or zstd.

Reads the whole dump once: layout, galleries, records, models, dimensions and norms, records
without a normalized image, duplicate ids and facens, fields of meta (at most 256 are told
apart), and the first problems with their places.

Exit codes: 0 the dump is sound; 2 usage; 4 unreadable, corrupt, ids that occur twice, or two
files of one name in an archive; 130, 143 interrupted.)";
}

void InspectCommand::declare(CLI::App& app) {
    app.add_option("dump", dump_,
                   "The dump: a directory, one file of it, an archive, or - for standard input")
        ->type_name("DUMP")
        ->required();
    app.add_flag("--json", json_, "One JSON document on stdout");
    app.add_flag("--suggest-format", suggests_,
                 "Print a draft of a profile for this one file: keys and kinds, never values");
    temporary_.declare(app);
    format_.declare(app);
    log_.declare(app);
}

Result<InspectedDump> InspectCommand::inspect(const CommandContext& context) const {
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    Inspection inspection(context, display, *profiles, survey_options());
    if (dump_ == "-") {
        const std::unique_ptr<ByteSource> bytes = make_stdin_source();
        return inspection.of_stream(*bytes, kStandardInput).and_then(&checked_input);
    }
    return inspection.of_path(dump_);
}

SurveyOptions InspectCommand::survey_options() const {
    SurveyOptions options;
    options.limits.record_bytes = format_.max_record_bytes.value_or(options.limits.record_bytes);
    options.decode_facens = true;
    options.read_meta = true;
    options.temporary_folder = temporary_.folder;
    return options;
}

Result<std::string> InspectCommand::suggestion(const CommandContext& context) const {
    const std::unique_ptr<ByteSource> input = make_stdin_source();
    if (dump_ == "-") {
        return read_up_to(*input, kRecognitionBytes).and_then(&suggest_profile);
    }
    Result<std::unique_ptr<File>> file = context.files.open_read(dump_);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return make_unpacked_file_source(**file)
        .and_then([](const std::unique_ptr<ByteSource>& bytes) {
            return read_up_to(*bytes, kRecognitionBytes);
        })
        .and_then(&suggest_profile)
        .map_error([this](Error error) { return std::move(error).at_file(dump_); });
}

int InspectCommand::run(const CommandContext& context) {
    if (suggests_) {
        Result<std::string> draft = suggestion(context);
        if (!draft) {
            return give_up(context, {&draft.error(), 1});
        }
        draft->pop_back();
        context.terminal.result(*draft);
        return 0;
    }
    const Result<InspectedDump> inspected = inspect(context);
    context.terminal.clear_progress();
    if (!inspected) {
        return give_up(context, {&inspected.error(), 1});
    }
    context.terminal.result(json_ ? render_inspection_json(*inspected)
                                  : render_inspection_text(*inspected));
    const bool sound = std::ranges::all_of(inspected->files, &is_sound);
    return sound ? 0 : kExitCorrupt;
}

}  // namespace ffdump
