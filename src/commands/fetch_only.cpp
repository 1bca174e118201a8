// SPDX-License-Identifier: Apache-2.0
#include "fetch_only.hpp"

#include "open_storage.hpp"
#include "progress_display.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/migrate/fetch_images.hpp"
#include "ffdump/migrate/plan_dump.hpp"

#include <fmt/format.h>

#include <memory>

namespace ffdump {
namespace {

constexpr int kExitMissing = 3;

void tell(const CommandContext& context, const FetchOutcome& outcome, const std::string& folder) {
    std::string text =
        fmt::format("{} images fetched ({} bytes), {} were there already, {} missing.\n",
                    outcome.fetched, outcome.bytes, outcome.there_already, outcome.missing());
    for (const auto& [reason, count] : outcome.missing_by_reason) {
        text += fmt::format("missing: {} x {}\n", count, reason);
    }
    if (outcome.missing() != 0) {
        text += fmt::format("They are listed in {}/.ffdump/missing.jsonl.\n", printable(folder));
    }
    text += fmt::format(
        "Biometric data now lies in: {}\n"
        "Next: ffdump migrate --images {} with the other options as they are",
        printable(folder), printable(folder));
    context.terminal.result(text);
}

}  // namespace

int fetch_only(const CommandContext& context, const Settings& settings,
               const MigrationOptions& options, const std::string& folder, Log& log, bool quiet) {
    const Result<ExcludedIds> excluded =
        ExcludedIds::parse(options.excluded_ids, options.excluded_ids_name);
    if (!excluded) {
        return give_up(context, {&excluded.error(), 1});
    }
    ProgressDisplay display(context.terminal, log, context.clock,
                            quiet || !log.shows(LogLevel::info));
    const std::unique_ptr<HttpTransport> transport = make_transport(settings);
    const Result<std::unique_ptr<ImageStore>> images =
        open_storage(context, settings, *transport, display);
    if (!images) {
        return give_up(context, {&images.error(), 1});
    }
    if (Result<void> made = context.files.make_directories(folder); !made) {
        return give_up(context, {&made.error(), 1});
    }
    const auto plan = plan_dump(settings,
                                {options.from,
                                 options.profiles,
                                 folder,
                                 {.skip_bad_records = options.skip_bad_records,
                                  .allow_duplicate_ids = options.allow_duplicate_ids}},
                                {context.files, log, display, context.stop_signal});
    if (!plan) {
        return give_up(context, plan.error());
    }
    const RoundServices services = round_services(context, **images, *transport, log, display);
    const Result<FetchOutcome> outcome = fetch_images(settings, *plan, folder, *excluded, services);
    context.terminal.clear_progress();
    if (!outcome) {
        return give_up(context, {&outcome.error(), 1});
    }
    if (!quiet) {
        tell(context, *outcome, folder);
    }
    return outcome->missing() == 0 ? 0 : kExitMissing;
}

}  // namespace ffdump
