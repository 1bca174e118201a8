// SPDX-License-Identifier: Apache-2.0
#include "space_check.hpp"

#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace ffdump {
namespace {

/// One gallery of a thousand records of 1000 bytes with facens of 480 floats.
MigrationPlan a_thousand(GalleryAction action, std::size_t dimension) {
    MigrationPlan plan;
    FilePlan file;
    file.action = action;
    file.dimension = dimension;
    file.survey.bytes = 4'000'000;
    file.survey.records = 1000;
    file.survey.dimensions[480] = 1000;
    plan.files.push_back(file);
    return plan;
}

constexpr std::uint64_t kOld = 2560;  ///< base64 of 480 floats
constexpr std::uint64_t kNew = 5120;  ///< base64 of 960 floats

class QuietObserver final : public MigrationObserver {
 public:
    void progress(const Progress& progress) override { waiting_for = progress.waiting_for; }
    std::string waiting_for;
};

class LastLine final : public LineSink {
 public:
    void line(std::string_view line) override { text = line; }
    std::string text;
};

/// Services of which only file system, log, observer and stop signal are looked at.
struct SpaceFixture {
    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    SystemClock clock;
    LastLine lines;
    Log log{lines, clock, LogLevel::warning, LogFormat::text};
    QuietObserver observer;
    std::atomic<int> stop{0};

    [[nodiscard]] Result<void> ensure(const MigrationOptions& options, std::uint64_t bytes) {
        return ensure_space(options, services, folder.path().string(), bytes);
    }

 private:
    class NoStore final : public ImageStore {
     public:
        void fetch(std::string, ImageDone) override {}
        [[nodiscard]] std::string describe() const override { return "none"; }
    };
    class NoExtractor final : public Extractor {
     public:
        void extract(const ExtractionTarget&, std::vector<SharedBytes>, BatchDone) override {}
        [[nodiscard]] std::string describe() const override { return "none"; }
    };
    NoStore images;
    NoExtractor extractor;

 public:
    const MigrationServices services{.files = *files,
                                     .images = images,
                                     .extractor = extractor,
                                     .cancel = {},
                                     .clock = clock,
                                     .log = log,
                                     .observer = observer,
                                     .stop_signal = stop,
                                     .random_seed = 0};
};

/// A gallery of 2^40 records, and a small one of the same model before it.
MigrationPlan more_than_any_disk_has() {
    MigrationPlan plan = a_thousand(GalleryAction::migrate, 0);
    plan.files.push_back(plan.files.front());
    plan.files[1].survey.records = std::uint64_t{1} << 40U;
    plan.files[1].survey.bytes = plan.files[1].survey.records * kOld;
    plan.files[1].survey.dimensions[480] = plan.files[1].survey.records;
    return plan;
}

}  // namespace

TEST_CASE("the estimate of what is to be written follows the facens' length and the redo log") {
    std::vector<FileProgress> progress(1);
    SECTION("as long as the source where the new dimension is not known") {
        CHECK(bytes_to_write(a_thousand(GalleryAction::migrate, 0), progress) == 2 * 4'000'000);
    }
    SECTION("longer by the facens where it is") {
        const std::uint64_t wanted = 4'000'000 - 1000 * kOld + 1000 * kNew;
        CHECK(bytes_to_write(a_thousand(GalleryAction::migrate, 960), progress) == 2 * wanted);
    }
    SECTION("longer by the facens where another file of the model has shown it") {
        MigrationPlan plan = a_thousand(GalleryAction::migrate, 0);
        plan.files.push_back(plan.files.front());
        progress.resize(2);
        progress[0].stage = FileProgress::Stage::renamed;
        progress[0].tally.new_dimension = 960;
        const std::uint64_t wanted = 4'000'000 - 1000 * kOld + 1000 * kNew;
        CHECK(bytes_to_write(plan, progress) == 2 * wanted);
        plan.files[1].new_model = "other";
        CHECK(bytes_to_write(plan, progress) == 2 * 4'000'000);
    }
    SECTION("in a retry of the files that are read again, by the dimension they had") {
        MigrationPlan plan = a_thousand(GalleryAction::migrate, 0);
        plan.files.push_back(plan.files.front());
        Manifest manifest;
        manifest.files.resize(2);
        manifest.files[1].tally.new_dimension = 960;
        const std::uint64_t wanted = 4'000'000 - 1000 * kOld + 1000 * kNew;
        CHECK(bytes_to_write_anew(plan, manifest, {false, true}) == 2 * wanted);
        // Facens of those that failed, which the redo log keeps to the end of the file.
        manifest.files[0].tally.failed.count = 900;
        manifest.files[1].tally.failed.count = 200;
        CHECK(bytes_to_write_anew(plan, manifest, {false, true}) ==
              2 * wanted + std::uint64_t{200} * (960 * sizeof(float) + 100));
    }
    SECTION("nothing for a gallery that is dropped") {
        CHECK(bytes_to_write(a_thousand(GalleryAction::drop, 960), progress) == 0);
    }
    SECTION("the rest alone when half of it is durable") {
        progress[0].stage = FileProgress::Stage::writing;
        progress[0].source.offset = 2'000'000;
        progress[0].source.ordinal = 500;
        CHECK(bytes_to_write(a_thousand(GalleryAction::migrate, 0), progress) == 2 * 2'000'000);
    }
    SECTION("nothing once the file is complete") {
        progress[0].stage = FileProgress::Stage::complete;
        CHECK(bytes_to_write(a_thousand(GalleryAction::migrate, 0), progress) == 0);
    }
}

TEST_CASE("a run whose output does not fit is refused before anything is written") {
    SpaceFixture disk;
    const Result<void> fits = disk.ensure({}, std::uint64_t{1} << 60U);
    REQUIRE_FALSE(fits);
    CHECK(fits.error().reason() == Reason::disk_full);
    CHECK(fits.error().hint_text().find("--wait-for-space") != std::string::npos);
    CHECK(disk.ensure({}, 1));
}

TEST_CASE("a run whose output does not seem to fit begins when the operator says so") {
    SpaceFixture disk;
    MigrationOptions options;
    options.skip_space_check = true;
    CHECK(disk.ensure(options, std::uint64_t{1} << 60U));
}

TEST_CASE("a run ends early when its first facens show that the rest does not fit") {
    SpaceFixture disk;
    const MigrationPlan plan = more_than_any_disk_has();
    std::vector<FileProgress> progress(2);
    MigrationOptions options;
    SECTION("and goes on until they do") {
        SpaceWatch watch(options, disk.services, plan, disk.folder.text());
        CHECK(watch.look(progress));
        progress[0].tally.new_dimension = 960;
        const Result<void> fits = watch.look(progress);
        REQUIRE_FALSE(fits);
        CHECK(fits.error().reason() == Reason::disk_full);
        CHECK(fits.error().detail().find("longer than the old ones") != std::string::npos);
    }
    progress[0].tally.new_dimension = 960;
    SECTION("unless the operator wants it begun all the same") {
        options.skip_space_check = true;
        CHECK(SpaceWatch(options, disk.services, plan, disk.folder.text()).look(progress));
    }
    SECTION("or is told once that it will wait") {
        options.wait_for_space = true;
        SpaceWatch watch(options, disk.services, plan, disk.folder.text());
        CHECK(watch.look(progress));
        CHECK(disk.lines.text.find("will wait for space") != std::string::npos);
        disk.lines.text.clear();
        CHECK(watch.look(progress));
        CHECK(disk.lines.text.empty());
    }
}

TEST_CASE("a run that waits for space says so and can be stopped") {
    SpaceFixture disk;
    disk.stop = 15;
    MigrationOptions options;
    options.wait_for_space = true;
    const Result<void> fits = disk.ensure(options, std::uint64_t{1} << 60U);
    REQUIRE_FALSE(fits);
    CHECK(fits.error().reason() == Reason::interrupted);
    CHECK(disk.observer.waiting_for.find("space in") == 0);
}

}  // namespace ffdump
