// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/image_round.hpp"

#include "support/record_builder.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <chrono>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Answers when it is told to.
class WaitingStore final : public ImageStore {
 public:
    void fetch(std::string, ImageDone) override {}
    void check(std::string, PresenceDone done) override {
        waiting_.push_back(std::move(done));
        most_ = std::max(most_, waiting_.size());
    }
    [[nodiscard]] std::string describe() const override { return "waiting"; }
    void answer_all() {
        for (const PresenceDone& done : std::exchange(waiting_, {})) {
            done({});
        }
    }
    [[nodiscard]] std::size_t most_at_once() const noexcept { return most_; }

 private:
    std::vector<PresenceDone> waiting_;
    std::size_t most_ = 0;
};

/// The storage answers whenever the round says how far it is: by then it has asked for all it may.
class AnsweringObserver final : public MigrationObserver {
 public:
    explicit AnsweringObserver(WaitingStore& store) : store_(store) {}
    void progress(const Progress&) override { store_.answer_all(); }

 private:
    WaitingStore& store_;
};

class CountingTaker final : public RoundTaker {
 public:
    bool wants(const RoundRecord&) override { return true; }
    Result<void> found(const RoundRecord&, const Image*) override {
        ++found_;
        return {};
    }
    Result<void> missed(const RoundRecord&, const Error& error) override { return failed(error); }
    [[nodiscard]] std::size_t count() const noexcept { return found_; }

 private:
    std::size_t found_ = 0;
};

class NoLines final : public LineSink {
 public:
    void line(std::string_view) override {}
};

/// Answers by `is_well` whether an image is there, and notes what it is asked for.
class AnsweringStore final : public ImageStore {
 public:
    void fetch(std::string, ImageDone) override {}
    void check(std::string normalized_id, PresenceDone done) override {
        asked.push_back(normalized_id);
        done(is_well(normalized_id) ? Result<void>() : failed(otherwise, "a status"));
    }
    [[nodiscard]] std::string describe() const override { return "answering"; }

    std::vector<std::string> asked;
    std::function<bool(const std::string&)> is_well;
    Reason otherwise = Reason::service_refuses;
};

class NotingTaker final : public RoundTaker {
 public:
    bool wants(const RoundRecord&) override { return true; }
    Result<void> found(const RoundRecord& record, const Image*) override {
        there.push_back(record.normalized_id);
        return {};
    }
    Result<void> missed(const RoundRecord& record, const Error&) override {
        gone.push_back(record.normalized_id);
        return {};
    }

    std::vector<std::string> there;
    std::vector<std::string> gone;
};

class NoObserver final : public MigrationObserver {
 public:
    void progress(const Progress&) override {}
};

/// A dump of so many records, "1.png" and on.
MigrationPlan plan_of(const ScratchFolder& folder, std::uint64_t records) {
    std::string text;
    for (std::uint64_t id = 1; id <= records; ++id) {
        text += RecordBuilder(id).normalized(std::to_string(id) + ".png").text() + "\n";
    }
    folder.write("faces.json", text);
    MigrationPlan plan;
    FilePlan& file = plan.files.emplace_back();
    file.file.path = folder.at("faces.json");
    file.file.profile = builder_profile(Container::json_lines);
    file.action = GalleryAction::migrate;
    return plan;
}

/// Whom a round has to do with; `cancel` lets go of what the store was asked for.
struct RoundParts {
    ImageStore& store;
    MigrationObserver& observer;
    RoundTaker& taker;
    std::function<void()> cancel = [] {};
};

Settings with_short_waits() {
    Settings settings;
    settings.retry.base_delay = std::chrono::milliseconds(1);
    settings.retry.max_delay = std::chrono::milliseconds(2);
    settings.retry.probe_max = std::chrono::milliseconds(2);
    return settings;
}

/// With the machine's files and clock, and nobody who stops it.
Result<void> run_round(const Settings& settings, const MigrationPlan& plan,
                       const RoundParts& parts) {
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    const SystemClock clock;
    NoLines sink;
    Log log(sink, clock, LogLevel::off, LogFormat::text);
    const std::atomic<int> stop{0};
    return image_round(settings, plan, {},
                       {*files, parts.store, parts.cancel, clock, log, parts.observer, stop},
                       parts.taker);
}

TEST_CASE("a round gives up an image that the storage always fails, though none is left to come") {
    Settings settings = with_short_waits();
    const ScratchFolder folder;
    const MigrationPlan plan = plan_of(folder, 3);
    AnsweringStore store;
    int left_of_flakes = 3;
    store.is_well = [&](const std::string& id) {
        return id != "2.png" && (id != "3.png" || left_of_flakes-- <= 0);
    };
    NoObserver observer;
    NotingTaker taker;
    REQUIRE(run_round(settings, plan, {store, observer, taker}));
    CHECK((taker.gone == std::vector<std::string>{"2.png"}));
    CHECK(taker.there.size() == 2);
    CHECK(static_cast<unsigned>(std::ranges::count(store.asked, "2.png")) >=
          settings.retry.attempts);
}

TEST_CASE("a stretch of images that always fail ends no round while others are left") {
    Settings settings = with_short_waits();
    settings.fetches = GENERATE(1U, 8U);
    settings.retry.give_up_after = std::chrono::seconds(2);
    const ScratchFolder folder;
    const MigrationPlan plan = plan_of(folder, 100);
    AnsweringStore store;
    store.is_well = [](const std::string& id) {
        const int number = std::stoi(id);
        return number <= 20 || number > 51;
    };
    NoObserver observer;
    NotingTaker taker;
    REQUIRE(run_round(settings, plan, {store, observer, taker}));
    CHECK(taker.gone.size() == 31);
    CHECK(taker.there.size() == 69);
}

TEST_CASE("a round of images that always fail asks the storage for one that it has") {
    Settings settings = with_short_waits();
    settings.retry.give_up_after = std::chrono::seconds(2);
    const ScratchFolder folder;
    MigrationPlan plan = plan_of(folder, 2);
    plan.files.front().survey.sample_ids = {"2.png", "there.png"};
    AnsweringStore store;
    store.is_well = [](const std::string& id) { return id == "there.png"; };
    // A refusal before anything has come ends a round at once.
    store.otherwise = Reason::service_overloaded;
    NoObserver observer;
    NotingTaker taker;
    REQUIRE(run_round(settings, plan, {store, observer, taker}));
    CHECK(taker.gone.size() == 2);
}

TEST_CASE("a round asks for as many images at once as the settings allow") {
    Settings settings;
    settings.adaptive.fetches_most = 3;
    settings.fetches = GENERATE(0U, 5U);
    const std::size_t wanted = settings.fetches == 0 ? 3 : 5;
    const ScratchFolder folder;
    const MigrationPlan plan = plan_of(folder, 12);
    WaitingStore store;
    AnsweringObserver observer(store);
    CountingTaker taker;
    REQUIRE(run_round(settings, plan, {store, observer, taker, [&store] { store.answer_all(); }}));
    CHECK(taker.count() == 12);
    CHECK(store.most_at_once() == wanted);
}

}  // namespace
}  // namespace ffdump
