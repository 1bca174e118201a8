// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/migration.hpp"

#include "lock_holder.hpp"
#include "migration_run.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/migrate/plan_dump.hpp"

#include <fmt/format.h>

#include <algorithm>
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

/// A gallery that is misspelt would leave the people in who are to be left out.
std::vector<Error> unknown_galleries(const ExcludedIds& excluded, const MigrationPlan& plan,
                                     const MigrationOptions& options) {
    std::vector<Error> errors;
    for (const std::string& gallery : excluded.galleries()) {
        const bool is_known = std::ranges::any_of(
            plan.files, [&gallery](const FilePlan& file) { return file.file.gallery == gallery; });
        if (!is_known) {
            errors.push_back(Error(Reason::config_invalid,
                                   fmt::format("the dump has no gallery {}", printable(gallery)))
                                 .at_file(options.excluded_ids_name)
                                 .hint("write one record a line: ID, or GALLERY ID"));
        }
    }
    return errors;
}

MigrationResult migrate_locked(const Settings& settings, const MigrationOptions& options,
                               const MigrationServices& services, const OutputDirectory& directory,
                               const ExcludedIds& excluded) {
    auto plan = plan_dump(settings,
                          {options.from,
                           options.profiles,
                           directory.state_folder(),
                           {.compress = options.compress,
                            .skip_bad_records = options.skip_bad_records,
                            .allow_duplicate_ids = options.allow_duplicate_ids}},
                          {services.files, services.log, services.observer, services.stop_signal});
    if (!plan) {
        return tl::unexpected(std::move(plan.error()));
    }
    if (std::vector<Error> unknown = unknown_galleries(excluded, *plan, options);
        !unknown.empty()) {
        return tl::unexpected(std::move(unknown));
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
        services.files.lock(directory.lock(), lock_holder(services.clock));
    if (!lock) {
        return one(std::move(lock.error()));
    }
    return migrate_locked(settings, options, services, directory, *excluded);
}

}  // namespace ffdump
