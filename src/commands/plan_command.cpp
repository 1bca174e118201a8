// SPDX-License-Identifier: Apache-2.0
#include "plan_command.hpp"

#include "open_storage.hpp"
#include "plan_probe.hpp"
#include "progress_display.hpp"

#include "ffdump/migrate/plan_dump.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr int kExitMissing = 3;

bool needs_images(const MigrationPlan& plan) {
    return std::ranges::any_of(plan.files, [](const FilePlan& file) {
        return file.action == GalleryAction::migrate && file.survey.with_image != 0;
    });
}

}  // namespace

std::string PlanCommand::summary() const {
    return "Say what migrate would do, without doing it";
}

std::string PlanCommand::epilogue() const {
    return R"(Example:
  ffdump plan --config migration.ini --from dump --check-images

Reads the dump once: which galleries migrate, which do not and why. Then it fetches the
images of the first records of each gallery and extracts from them, and estimates requests,
bytes and time. With --check-images it also asks the storage for every image (HEAD, a look into
the folder or archive, or a list of the bucket where that takes less) and says how many are
missing.

Exit codes: 0 all is well; 1 internal error; 2 usage or configuration, or a gallery needs a
decision; 3 images are missing; 4 dump unreadable or corrupt; 5 storage or extraction-api
unreachable or refusing; 130, 143 interrupted.)";
}

void PlanCommand::declare(CLI::App& app) {
    app.add_option("--from", from_, "The dump: a directory, or one file of it")
        ->type_name("DUMP")
        ->required();
    config_.declare(app);
    app.add_flag("--check-images", check_images_, "Ask the storage for every image");
    app.add_flag("--no-probe", no_probe_, "Neither fetch nor extract the first images");
    app.add_flag("--skip-bad-records", skip_bad_records_, "As for migrate");
    app.add_flag("--allow-duplicate-ids", allow_duplicate_ids_, "As for migrate");
    app.add_flag("--json", json_, "One JSON document on stdout");
    temporary_.declare(app);
    format_.declare(app);
    log_.declare(app);
}

tl::expected<MigrationPlan, std::vector<Error>> PlanCommand::plan_of(
    const CommandContext& context, const Settings& settings, Log& log,
    MigrationObserver& observer) const {
    Result<std::vector<Profile>> profiles = format_.profiles(context.files);
    if (!profiles) {
        return tl::unexpected(std::vector<Error>{std::move(profiles).error()});
    }
    return plan_dump(
        settings,
        {from_,
         std::move(*profiles),
         temporary_.folder,
         {.skip_bad_records = skip_bad_records_, .allow_duplicate_ids = allow_duplicate_ids_}},
        {context.files, log, observer, context.stop_signal});
}

Result<PlanReport> PlanCommand::report_of(const CommandContext& context, const Settings& settings,
                                          const MigrationPlan& plan, Log& log,
                                          MigrationObserver& observer) const {
    PlanReport report{"none is needed", "none is needed", {}, {}};
    if (!needs_images(plan)) {
        return report;
    }
    const std::unique_ptr<HttpTransport> transport = make_transport(settings);
    Result<std::unique_ptr<ImageStore>> images =
        open_storage(context, settings, *transport, observer);
    if (!images) {
        return failed(std::move(images).error());
    }
    const std::unique_ptr<Extractor> extractor =
        make_http_extractor(settings, *transport, context.clock, Random::from_system().bits());
    report.storage = (*images)->describe();
    report.extraction = extractor->describe();
    const RoundServices services = round_services(context, **images, *transport, log, observer);
    if (!no_probe_) {
        Result<ProbeFindings> findings = probe(settings, plan, services, *extractor);
        if (!findings) {
            return failed(std::move(findings).error());
        }
        report.probe = std::move(*findings);
    }
    if (check_images_) {
        Result<PresenceFindings> findings = check_presence_of_all(settings, plan, services);
        if (!findings) {
            return failed(std::move(findings).error());
        }
        report.presence = std::move(*findings);
    }
    return report;
}

int PlanCommand::run(const CommandContext& context) {
    const auto settings = config_.load(context.files, format_);
    if (!settings) {
        return give_up(context, settings.error());
    }
    Log log = log_.make_log(context.terminal, context.clock);
    tell_notices(log, *settings);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || json_ || !log.shows(LogLevel::info));
    const auto plan = plan_of(context, *settings, log, display);
    if (!plan) {
        context.terminal.clear_progress();
        return give_up(context, plan.error());
    }
    const Result<PlanReport> report = report_of(context, *settings, *plan, log, display);
    context.terminal.clear_progress();
    if (!report) {
        return give_up(context, {&report.error(), 1});
    }
    context.terminal.result(json_ ? render_plan_json(*settings, *plan, *report)
                                  : render_plan_text(*settings, *plan, *report));
    const bool is_missing = report->presence && report->presence->missing_count() != 0;
    return is_missing ? kExitMissing : 0;
}

}  // namespace ffdump
