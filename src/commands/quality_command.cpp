// SPDX-License-Identifier: Apache-2.0
#include "quality_command.hpp"

#include "packed_dumps.hpp"
#include "progress_display.hpp"

#include "ffdump/dump/member_text.hpp"

#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kSmallestSample = 20;
constexpr int kExitFindings = 3;

}  // namespace

std::string QualityCommand::summary() const {
    return "Say whether the new facens know the records as well as the old ones";
}

std::string QualityCommand::epilogue() const {
    return R"(Example:
  ffdump quality --from dump --to newdump --group-by meta.person --threshold 0.75

Compares all pairs of a sample of each gallery under both models: how many of the nearest
neighbours stay, and which threshold of the new model accepts as many pairs as one of the old.
Where records say whom they show, --group-by names the field: then also how well each model
tells groups apart, and which records have left their group. Similarities are cosines; needs
neither images nor extraction-api.

Exit codes: 0 measured; 2 usage; 3 with --strict, when records have left their group or
nothing was measured; 4 a dump cannot be read; 6 --report cannot be written; 130, 143 interrupted.)";
}

void QualityCommand::declare(CLI::App& app) {
    app.add_option("--from", options_.from,
                   "The old dump: a directory, one file of it, or an archive")
        ->type_name("DUMP")
        ->required();
    app.add_option("--to", options_.to, "The new dump, likewise")->type_name("DUMP")->required();
    app.add_option("--sample", options_.sample,
                   "Records of each gallery; time grows with its square")
        ->type_name("N")
        ->check(CLI::Range(kSmallestSample, kLargestQualitySample))
        ->capture_default_str();
    seed_.declare(app);
    app.add_option(
           "--group-by", group_by_,
           "Where a record says whom it shows: keys with dots between, as meta.person; of a "
           "msgpack array places from 0, as 3.person")
        ->type_name("FIELD");
    app.add_option("--threshold", options_.threshold,
                   "A similarity (cosine) in use with the old model: what is it with the new one?")
        ->type_name("COSINE")
        ->check(CLI::Range(-1.0, 1.0));
    app.add_flag("--strict", strict_,
                 "Exit 3 when records have left their group, or nothing was measured");
    app.add_flag("--json", json_, "One JSON document on stdout");
    report_.declare(app);
    format_.declare(app);
    log_.declare(app);
}

Result<QualityReport> QualityCommand::measure_with(const CommandContext& context) {
    if (!group_by_.empty()) {
        std::optional<FieldPath> path = parse_field_path(group_by_);
        if (!path) {
            return failed(Error(Reason::usage_error, "--group-by is no path of keys")
                              .hint("write it with dots between keys: meta.person"));
        }
        options_.group_by = std::move(*path);
    }
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    options_.profiles = std::move(*profiles);
    options_.limits.record_bytes = format_.max_record_bytes.value_or(options_.limits.record_bytes);
    options_.seed = seed_.seed();
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    options_.progress = [&](const char* phase, std::uint64_t done, std::uint64_t total) {
        Progress progress;
        progress.phase = phase;
        progress.done = done;
        progress.total = total;
        display.progress(progress);
        return context.stop_signal.load() == 0;
    };
    PackedDumps dumps(context, display);
    return dumps.open(options_.from, PackedDumps::Kind::any)
        .and_then([&] { return dumps.open(options_.to, PackedDumps::Kind::any); })
        .and_then([&] { return measure_quality(dumps.files(), options_); });
}

int QualityCommand::run(const CommandContext& context) {
    const Result<QualityReport> report = measure_with(context);
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, {&report.error(), 1});
    }
    if (const Result<void> written =
            report_.write(context.files, [&] { return render_html(*report); });
        !written) {
        return give_up(context, {&written.error(), 1});
    }
    std::string text = json_ ? render_json(*report) : render_text(*report);
    text.pop_back();
    context.terminal.result(text);
    return strict_ && (report->leaving() != 0 || !report->has_measured()) ? kExitFindings : 0;
}

}  // namespace ffdump
