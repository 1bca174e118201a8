// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/migration.hpp"

#include "migration_run.hpp"

#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/migrate/dump_survey.hpp"

#include <fmt/format.h>

#include <charconv>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

tl::unexpected<std::vector<Error>> one(Error error) {
    std::vector<Error> errors;
    errors.push_back(std::move(error));
    return tl::unexpected(std::move(errors));
}

std::string holder_text(const Clock& clock) {
    return fmt::format("{}, since {}", process_text(), utc_text(clock.wall()));
}

MigrationResult migrate_locked(const Settings& settings, const MigrationOptions& options,
                               const MigrationServices& services, const OutputDirectory& directory,
                               const ExcludedIds& excluded) {
    Result<std::vector<DumpFile>> dump = open_dump(services.files, options.from, options.profiles);
    if (!dump) {
        return one(std::move(dump.error()));
    }
    for (const DumpFile& file : *dump) {
        services.log.info("recognised", {{"file", file.name},
                                         {"gallery", file.gallery},
                                         {"profile", file.profile.name},
                                         {"evidence", file.evidence}});
    }
    DumpSurvey surveys = survey_dump(services.files, *dump, settings, directory.state_folder(),
                                     services.observer, services.stop_signal);
    if (!surveys) {
        return tl::unexpected(std::move(surveys.error()));
    }
    auto plan = make_plan(settings, std::move(*dump), std::move(*surveys),
                          {.skip_bad_records = options.skip_bad_records,
                           .allow_duplicate_ids = options.allow_duplicate_ids});
    if (!plan) {
        return tl::unexpected(std::move(plan.error()));
    }
    MigrationRun run(settings, options, services, directory, excluded, std::move(*plan));
    Result<MigrationOutcome> outcome = run.run();
    if (!outcome) {
        return one(std::move(outcome.error()));
    }
    return std::move(*outcome);
}

}  // namespace

bool FailureBudget::is_exceeded(std::uint64_t failed, std::uint64_t processed) const noexcept {
    if (records && failed > *records) {
        return true;
    }
    return percent && processed >= kShareFloor &&
           static_cast<double>(failed) * 100.0 > *percent * static_cast<double>(processed);
}

std::optional<FailureBudget> parse_failure_budget(std::string_view text) {
    FailureBudget budget;
    const bool is_share = text.ends_with('%');
    if (is_share) {
        text.remove_suffix(1);
    }
    const char* const begin =
        text.data();  // NOLINT(bugprone-suspicious-stringview-data-usage): end follows
    const char* const end = begin + text.size();
    if (is_share) {
        double percent = 0;
        const auto [stop, error] = std::from_chars(begin, end, percent);
        const bool is_number = error == std::errc{} && stop == end;
        // Compared this way round, a NaN is outside.
        const bool is_inside = percent >= 0 && percent <= 100;
        if (!is_number || !is_inside) {
            return std::nullopt;
        }
        budget.percent = percent;
        return budget;
    }
    std::uint64_t records = 0;
    const auto [stop, error] = std::from_chars(begin, end, records);
    if (error != std::errc{} || stop != end) {
        return std::nullopt;
    }
    budget.records = records;
    return budget;
}

MigrationResult migrate(const Settings& settings, const MigrationOptions& options,
                        const MigrationServices& services) {
    Result<ExcludedIds> excluded =
        ExcludedIds::parse(options.excluded_ids, options.excluded_ids_name);
    if (!excluded) {
        return one(std::move(excluded.error()));
    }
    const OutputDirectory directory(options.to);
    if (Result<void> free = check_directory(services.files, directory); !free) {
        return one(std::move(free.error()));
    }
    if (Result<void> made = services.files.make_directories(directory.state_folder()); !made) {
        return one(std::move(made.error()));
    }
    Result<std::unique_ptr<FileLock>> lock =
        services.files.lock(directory.lock(), holder_text(services.clock));
    if (!lock) {
        return one(std::move(lock.error()));
    }
    return migrate_locked(settings, options, services, directory, *excluded);
}

}  // namespace ffdump
