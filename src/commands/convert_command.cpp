// SPDX-License-Identifier: Apache-2.0
#include "convert_command.hpp"

#include "progress_display.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <fmt/ranges.h>

#include <utility>

namespace ffdump {

std::string ConvertCommand::summary() const {
    return "Rewrite a dump in another layout";
}

std::string ConvertCommand::epilogue() const {
    return fmt::format(R"(Example:
  ffdump convert --from dump --to newdump --format json-array --compress zstd:3
  ffdump convert --from mixed --to dump --format json-lines --split-galleries

PROFILE is the name of a shipped layout ({}) or a file after
formats/README.md. Files keep their names, unless the layout has no place for the gallery's name:
then it names the file. What both layouts can carry is carried exactly, and the way back gives the
same bytes; what the new one cannot is an error that names file, line, record and field. Between
JSON and msgpack values stay, and spellings are those of formats/README.md. DIR must be new or
empty, or hold only what a conversion left that was killed; after an error or a signal nothing of
the new dump is left in it.

Exit codes: 0 converted; 2 usage, or the layout cannot carry the dump; 4 the dump is unreadable or
corrupt; 6 output not writable, or disk full; 8 another run holds DIR; 130, 143 interrupted.)",
                       fmt::join(shipped_names(), ", "));
}

void ConvertCommand::declare(CLI::App& app) {
    app.add_option("--from", from_, "The dump: a directory, or one file of it")
        ->type_name("DUMP")
        ->required();
    app.add_option("--to", to_, "Directory for the new dump")->type_name("DIR")->required();
    app.add_option("--format", format_, "Layout to write: a name or a file")
        ->type_name("PROFILE")
        ->required();
    compress_.declare(app);
    app.add_option("--gallery", gallery_,
                   "Gallery of a single file that names none, in place of the file's name")
        ->type_name("NAME");
    app.add_flag("--split-galleries", split_galleries_,
                 "One file for each gallery that the records name");
    source_format_.declare(app);
    log_.declare(app);
}

Result<ConvertOptions> ConvertCommand::options(FileSystem& files) const {
    ConvertOptions options;
    options.from = from_;
    options.to = to_;
    options.split_galleries = split_galleries_;
    options.limits.record_bytes =
        source_format_.max_record_bytes.value_or(options.limits.record_bytes);
    if (!gallery_.empty()) {
        options.gallery = gallery_;
    }
    Result<Profile> target = profile_named(files, format_);
    Result<std::vector<Profile>> sources = source_format_.profiles(files);
    if (!target || !sources) {
        return failed(std::move(target ? sources.error() : target.error()));
    }
    options.target = std::move(*target);
    options.sources = std::move(*sources);
    return compress_.chosen().map([&options](std::optional<Compression> compress) {
        options.compress = compress;
        return std::move(options);
    });
}

Result<std::vector<ConvertedFile>> ConvertCommand::convert(const CommandContext& context) const {
    const Result<ConvertOptions> chosen = options(context.files);
    if (!chosen) {
        return failed(chosen.error());
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || !log.shows(LogLevel::info));
    return convert_dump(context.files, *chosen,
                        progress_of(display, "converting", context.stop_signal));
}

int ConvertCommand::run(const CommandContext& context) {
    const Result<std::vector<ConvertedFile>> converted = convert(context);
    context.terminal.clear_progress();
    if (!converted) {
        return give_up(context, {&converted.error(), 1});
    }
    for (const ConvertedFile& file : *converted) {
        context.terminal.result(fmt::format(
            "{}: {} records of gallery {} from {} ({})", printable(file.name), file.records,
            printable(file.gallery), printable(file.source), file.layout));
    }
    return 0;
}

}  // namespace ffdump
