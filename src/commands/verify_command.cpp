// SPDX-License-Identifier: Apache-2.0
#include "verify_command.hpp"

#include "progress_display.hpp"

#include "ffdump/archive/archive_view.hpp"

#include <memory>
#include <utility>

namespace ffdump {
std::string VerifyCommand::summary() const {
    return "Prove that a new dump may be restored";
}

std::string VerifyCommand::epilogue() const {
    return R"(Example:
  ffdump verify --from dump --to newdump
  ffdump verify --from dump --to newdump.tar.zst
  ffdump verify --against-manifest --to newdump.tar.zst --pubkey ffdump.pub
  ffdump verify --to newdump --same-facens redump/shard1 redump/shard2

Reads both dumps once and changes nothing; an archive of ffdump pack is read in place, twice.
--against-manifest is for when the source is gone: every file and record of the new dump is held
against the numbers, digests and checksums of its manifest. The last line says `restorable`, with the number
of failed and excluded records if there are any, or `not restorable: ...`.

With --same-facens the new dump is compared with dumps taken again from the shards it was restored
into. The last line says `the same: ...` or `not the same: ...`.

Exit codes: 0 restorable, the same; 2 usage; 3 not restorable, not the same, with --strict also when
records failed; 4 a dump cannot be read; 130, 143 interrupted.)";
}

void VerifyCommand::declare(CLI::App& app) {
    CLI::Option* const from =
        app.add_option("--from", options_.from, "The dump that was migrated")->type_name("DUMP");
    app.add_flag("--against-manifest", against_manifest_,
                 "Without the source: hold the new dump against its manifest alone")
        ->excludes(from);
    app.add_option("--to", options_.to, "The directory of the new dump, or its archive")
        ->type_name("DIR")
        ->required();
    excluded_.declare(app);
    trust_.declare(app);
    app.add_flag("--strict", strict_, "Exit 3 also when records are listed as failed");
    same_facens_.declare(app);
    app.add_flag("--json", json_, "One JSON document on stdout");
    format_.declare(app);
    log_.declare(app);
}

Result<void> VerifyCommand::check_usage() const {
    if (options_.from.empty() && !against_manifest_) {
        return failed(Error(Reason::usage_error, "--from is required")
                          .hint("without the source, give --against-manifest"));
    }
    return {};
}

Result<void> VerifyCommand::read_options(const CommandContext& context) {
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    options_.profiles = std::move(*profiles);
    options_.limits.record_bytes = format_.max_record_bytes.value_or(options_.limits.record_bytes);
    Result<std::optional<std::string>> excluded = excluded_.text(context.files);
    if (!excluded) {
        return failed(std::move(excluded.error()));
    }
    options_.excluded_ids_name = excluded_.file;
    options_.excluded_ids = std::move(*excluded);
    return trust_.demands(context.files).map([this](ManifestTrust trust) {
        options_.trust = std::move(trust);
    });
}

Result<VerifyReport> VerifyCommand::verify_with(const CommandContext& context) {
    Result<void> ready = check_usage().and_then([&] { return read_options(context); });
    if (!ready) {
        return failed(std::move(ready.error()));
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    std::unique_ptr<FileSystem> view;
    if (is_dump_archive(context.files, options_.to)) {
        const VerifyProgress show =
            progress_of(display, "checking the archive", context.stop_signal);
        Result<std::unique_ptr<FileSystem>> opened = open_archive_view(
            context.files, options_.to, [&](std::uint64_t bytes) { return show(bytes, 0); });
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        view = std::move(*opened);
    }
    return verify(view ? *view : context.files, options_,
                  progress_of(display, "verifying", context.stop_signal));
}

int VerifyCommand::run(const CommandContext& context) {
    if (same_facens_.is_wanted()) {
        return same_facens_.run(context, {options_.to, format_, log_, json_});
    }
    const Result<VerifyReport> report = verify_with(context);
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, {&report.error(), 1});
    }
    std::string text = json_ ? render_json(*report) : render_text(*report);
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    context.terminal.result(text);
    return report->exit_code(strict_);
}

}  // namespace ffdump
