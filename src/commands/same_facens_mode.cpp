// SPDX-License-Identifier: Apache-2.0
#include "same_facens_mode.hpp"

#include "packed_dumps.hpp"
#include "progress_display.hpp"

#include "ffdump/verify/same_facens.hpp"

#include <utility>

namespace ffdump {
namespace {

Result<SameFacensReport> compare(const CommandContext& context,
                                 const SameFacensMode::Shared& shared, SameFacensOptions options) {
    Result<std::vector<Profile>> profiles = shared.format.profiles(context.files);
    if (!profiles) {
        return failed(std::move(profiles.error()));
    }
    options.profiles = std::move(*profiles);
    options.limits.record_bytes =
        shared.format.max_record_bytes.value_or(options.limits.record_bytes);
    Log log = shared.log.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            shared.log.quiet || shared.is_json || !log.shows(LogLevel::info));
    PackedDumps dumps(context, display);
    Result<void> opened = dumps.open(options.new_dump, PackedDumps::Kind::new_dump);
    for (const std::string& path : options.redumps) {
        opened = opened.and_then([&] { return dumps.open(path, PackedDumps::Kind::any); });
    }
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    return compare_facens(dumps.files(), options,
                          progress_of(display, "comparing", context.stop_signal));
}

}  // namespace

void SameFacensMode::declare(CLI::App& app) {
    app.add_option("--same-facens", redumps_,
                   "Dumps taken again from the restored shards, or archives of them, to "
                   "compare --to with")
        ->type_name("DUMP")
        ->excludes("--from")
        ->excludes("--exclude-ids")
        ->excludes("--strict")
        ->excludes("--against-manifest")
        ->excludes("--pubkey")
        ->excludes("--run")
        ->excludes("--min-sequence")
        ->excludes("--sample")
        ->excludes("--report");
}

int SameFacensMode::run(const CommandContext& context, const Shared& shared) const {
    SameFacensOptions options;
    options.new_dump = shared.new_dump;
    options.redumps = redumps_;
    const Result<SameFacensReport> report = compare(context, shared, std::move(options));
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, {&report.error(), 1});
    }
    std::string text = shared.is_json ? render_json(*report) : render_text(*report);
    text.erase(text.find_last_not_of('\n') + 1);
    context.terminal.result(text);
    return report->exit_code();
}

}  // namespace ffdump
