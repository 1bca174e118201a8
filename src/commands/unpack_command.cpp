// SPDX-License-Identifier: Apache-2.0
#include "unpack_command.hpp"

#include "progress_display.hpp"
#include "render_salvage.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/byte_source.hpp"

#include <fmt/format.h>

#include <utility>
#include <vector>

namespace ffdump {

std::string UnpackCommand::summary() const {
    return "Unpack an archive of ffdump pack";
}

std::string UnpackCommand::epilogue() const {
    return R"(Example:
  ffdump unpack newdump.tar.zst -C newdump
  ffdump unpack newdump.tar.zst -C newdump --pubkey ffdump.pub --min-sequence 2

FILE is an archive, or - for standard input. DIR is made; when it is there it must be empty,
or hold only what an unpacking left that was killed: the same command clears it away and begins
anew. Files get their names when all of them are on the disk and equal to the manifest, which comes
last. Nothing is written that the manifest does not name, and nothing at all before --pubkey,
--run and --min-sequence are met.

--salvage saves from a cut or damaged archive what is whole: files without a loss, and every whole
record of the others. It says what is missing. The directory has a manifest only when nothing is.

Exit codes: 0 unpacked; 2 usage, or DIR holds something; 3 not the run, signature or files that
the manifest speaks of, or something is lost (--salvage); 4 the archive is damaged, or not one of ffdump pack; 6 DIR cannot be
written; 8 somebody unpacks into DIR; 130, 143 interrupted.)";
}

void UnpackCommand::declare(CLI::App& app) {
    app.add_option("archive", archive_, "The archive, or - for standard input")
        ->type_name("FILE")
        ->required();
    app.add_option("-C,--directory", options_.directory, "Where to: a new or empty directory")
        ->type_name("DIR")
        ->required();
    CLI::Option* const salvage =
        app.add_flag("--salvage", salvages_, "Save what is whole in a cut or damaged archive");
    trust_.declare(app);
    for (const char* const demand : {"--pubkey", "--run", "--min-sequence"}) {
        salvage->excludes(app.get_option(demand));
    }
    format_.declare(app);
    log_.declare(app);
}

Result<UnpackSummary> UnpackCommand::unpack(const CommandContext& context) {
    Result<ManifestTrust> trust = trust_.demands(context.files);
    if (!trust) {
        return failed(std::move(trust.error()));
    }
    options_.trust = std::move(*trust);
    options_.name = archive_ == "-" ? "standard-input" : archive_;
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || !log.shows(LogLevel::info));
    Progress shown;
    shown.phase = "unpacking";
    const UnpackProgress progress = [&](std::uint64_t bytes) {
        shown.done = bytes;
        display.progress(shown);
        return context.stop_signal.load() == 0;
    };
    if (archive_ == "-") {
        const std::unique_ptr<ByteSource> bytes = make_stdin_source();
        return unpack_dump(context.files, *bytes, options_, progress);
    }
    Result<std::unique_ptr<File>> file = context.files.open_read(archive_);
    if (!file) {
        return failed(std::move(file.error()));
    }
    if (const Result<FileIdentity> identity = (*file)->identity()) {
        shown.total = identity->size;
    }
    const std::unique_ptr<ByteSource> bytes = make_file_source(**file);
    return unpack_dump(context.files, *bytes, options_, progress);
}

Result<SalvageReport> UnpackCommand::salvage(const CommandContext& context) {
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    SalvageOptions options;
    options.archive = archive_;
    options.directory = options_.directory;
    options.profiles = std::move(*profiles);
    options.limits.record_bytes = format_.max_record_bytes.value_or(options.limits.record_bytes);
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || !log.shows(LogLevel::info));
    return salvage_dump(context.files, options, [&](std::uint64_t bytes) {
        Progress shown;
        shown.phase = "looking through the archive";
        shown.done = bytes;
        display.progress(shown);
        return context.stop_signal.load() == 0;
    });
}

int UnpackCommand::run_salvage(const CommandContext& context) {
    const Result<SalvageReport> report = salvage(context);
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, {&report.error(), 1});
    }
    context.terminal.result(render_salvage(*report));
    constexpr int kLost = 3;
    return report->is_complete ? 0 : kLost;
}

int UnpackCommand::run(const CommandContext& context) {
    if (salvages_) {
        return run_salvage(context);
    }
    const Result<UnpackSummary> unpacked = unpack(context);
    context.terminal.clear_progress();
    if (!unpacked) {
        return give_up(context, {&unpacked.error(), 1});
    }
    context.terminal.result(fmt::format(
        "unpacked {} files, {} bytes, of run {} (sequence {}): every file is what the manifest "
        "says",
        unpacked->files, unpacked->content_bytes, printable(unpacked->run_id), unpacked->sequence));
    return 0;
}

}  // namespace ffdump
