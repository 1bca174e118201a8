// SPDX-License-Identifier: Apache-2.0
#include "verify_command.hpp"

#include "packed_dumps.hpp"
#include "progress_display.hpp"

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

Reads both dumps once and changes nothing. Either may be a tar archive, plain or packed with gzip
or zstd, or one of ffdump pack: it is read in place, twice.
--against-manifest is for when the source is gone: every file and record of the new dump is held
against the numbers, digests and checksums of its manifest. The last line says `restorable`, with the number
of failed and excluded records if there are any, or `not restorable: ...`.

  ffdump verify --from dump --to newdump --config migration.ini --sample 1000

A dump that is restorable is then sampled as well: the images of 1000 records of each gallery are
fetched and extracted again. Records whose facen differs are named, and what the sample says of
all records is said with a figure. The seed that is printed draws the same sample again.

With --same-facens the new dump is compared with dumps taken again from the shards it was restored
into. The last line says `the same: ...` or `not the same: ...`.

Exit codes: 0 restorable, the same; 2 usage; 3 not restorable, not the same, or records of the
sample differ, with --strict also when records failed; 4 a dump cannot be read; 5 storage or
extraction-api unreachable or refusing, which says nothing about the dump; 6 --report cannot be
written; 130, 143 interrupted.)";
}

void VerifyCommand::declare(CLI::App& app) {
    CLI::Option* const from =
        app.add_option("--from", options_.from, "The dump that was migrated, or an archive of it")
            ->type_name("DUMP");
    app.add_flag("--against-manifest", against_manifest_,
                 "Without the source: hold the new dump against its manifest alone")
        ->excludes(from);
    app.add_option("--to", options_.to, "The directory of the new dump, or an archive of it")
        ->type_name("DIR")
        ->required();
    excluded_.declare(app);
    trust_.declare(app);
    app.add_flag("--strict", strict_, "Exit 3 also when records are listed as failed");
    app.add_flag("--json", json_, "One JSON document on stdout");
    sample_.declare(app);
    report_.declare(app);
    same_facens_.declare(app);
    format_.declare(app);
    log_.declare(app);
}

Result<void> VerifyCommand::prepare(const CommandContext& context) {
    if (options_.from.empty() && !against_manifest_) {
        return failed(Error(Reason::usage_error, "--from is required")
                          .hint("without the source, give --against-manifest"));
    }
    if (Result<void> checked = sample_.check(); !checked) {
        return checked;
    }
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

tl::expected<VerifyReport, std::vector<Error>> VerifyCommand::verify_with(
    const CommandContext& context) {
    if (Result<void> prepared = prepare(context); !prepared) {
        return tl::unexpected(std::vector<Error>{std::move(prepared).error()});
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    PackedDumps dumps(context, display);
    Result<void> opened = dumps.open(options_.to, PackedDumps::Kind::new_dump);
    if (opened && !options_.from.empty()) {
        opened = dumps.open(options_.from, PackedDumps::Kind::any);
    }
    if (!opened) {
        return tl::unexpected(std::vector<Error>{std::move(opened).error()});
    }
    const CommandContext seen{dumps.files(), context.terminal, context.clock, context.stop_signal,
                              context.log_format};
    Result<VerifyReport> report =
        verify(seen.files, options_, progress_of(display, "verifying", context.stop_signal));
    if (!report) {
        return tl::unexpected(std::vector<Error>{std::move(report).error()});
    }
    if (sample_.is_wanted() && report->restorable) {
        const auto sampled = sample_.run({seen, format_, log, display}, options_, *report);
        if (!sampled) {
            return tl::unexpected(sampled.error());
        }
    } else if (sample_.is_wanted()) {
        log.warning("no sample was drawn, since the dump is not restorable as it is");
    }
    return std::move(*report);
}

int VerifyCommand::run(const CommandContext& context) {
    if (same_facens_.is_wanted()) {
        return same_facens_.run(context, {options_.to, format_, log_, json_});
    }
    const auto report = verify_with(context);
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, report.error());
    }
    if (const Result<void> written =
            report_.write(context.files, [&] { return render_html(*report); });
        !written) {
        return give_up(context, {&written.error(), 1});
    }
    std::string text = json_ ? render_json(*report) : render_text(*report);
    while (text.ends_with('\n')) {
        text.pop_back();
    }
    context.terminal.result(text);
    return report->exit_code(strict_);
}

}  // namespace ffdump
