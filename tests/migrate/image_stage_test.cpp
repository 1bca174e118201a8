// SPDX-License-Identifier: Apache-2.0
#include "image_stage.hpp"

#include "pipeline_limits.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Answers at once by `answer_of`, and notes what it is asked for.
class AnsweringStore final : public ImageStore {
 public:
    void fetch(std::string normalized_id, ImageDone done) override {
        asked.push_back(normalized_id);
        done(answer_of(normalized_id));
    }
    [[nodiscard]] std::string describe() const override { return "answering"; }

    std::vector<std::string> asked;
    std::function<Result<Image>(const std::string&)> answer_of;
};

Result<Image> an_image() {
    Image image;
    image.bytes = std::make_shared<const std::string>("bytes");
    return image;
}

Result<Image> refused() {
    return failed(Error(Reason::service_refuses, "status 403"));
}

Result<Image> missing() {
    return failed(Error(Reason::image_missing, "status 404"));
}

Result<Image> a_page() {
    return failed(Error(Reason::image_unreadable, "the file is no image but HTML"));
}

/// Whose survey found these normalized ids, of one letter each.
MigrationPlan plan_with(const std::string& samples) {
    MigrationPlan plan;
    FilePlan& file = plan.files.emplace_back();
    file.action = GalleryAction::migrate;
    for (const char id : samples) {
        file.survey.sample_ids.emplace_back(1, id);
    }
    return plan;
}

/// Records whose normalized ids are one letter each.
class StageFixture {
 public:
    explicit StageFixture(const std::string& ids, ImageStage::Limits limits = {},
                          const std::string& samples = "")
        : stage(store, mailbox_, std::move(limits),
                ServiceGate({.base_delay = std::chrono::milliseconds(1),
                             .max_delay = std::chrono::milliseconds(2),
                             .probe_max = std::chrono::milliseconds(2)},
                            Random(1)),
                KnownImages(plan_with(samples))) {
        // NOLINTNEXTLINE(cppcoreguidelines-avoid-c-arrays,modernize-avoid-c-arrays): see RawBytes
        work.block.bytes = std::make_unique<char[]>(ids.size());
        std::ranges::copy(ids, work.block.bytes.get());
        work.block.spans.resize(ids.size());
        work.fates.resize(ids.size());
        work.open = ids.size();
        for (std::uint32_t i = 0; i < ids.size(); ++i) {
            work.block.spans[i].has_normalized_id = true;
            work.block.spans[i].normalized_id = {.begin = i, .size = 1};
            stage.add({&work, i, 0});
        }
    }

    /// Turns the stage until it is idle, or so often; images that come are settled.
    void turn(int most) {
        for (int i = 0; i < most && !stage.is_idle(); ++i) {
            now += std::chrono::seconds(1);
            stage.pump(now, 0, 0);
            std::vector<PipelineEvent> events;
            mailbox_.take_all(events, std::chrono::nanoseconds(0));
            for (PipelineEvent& event : events) {
                if (auto ready = stage.fetched(std::move(std::get<ImageFetched>(event)), now)) {
                    work.settle_changed(ready->ticket.index, {}, 1);
                }
            }
        }
        if (stage.is_idle()) {
            stage.failures().settle_calm(FailureHold::More::are_none);
        }
    }
    /// Until every record has its fate, or so often.
    void finish(int most) {
        for (int i = 0; i < most && work.open != 0 && !stage.verdict(); ++i) {
            turn(1);
        }
    }
    /// With so many bytes of images waiting for extraction.
    ImageSupply supply(std::size_t ready_bytes) {
        stage.pump(now, ready_bytes, 1);
        return stage.supply(ready_bytes, 1);
    }
    [[nodiscard]] RecordFate::State fate(std::size_t i) const { return work.fates[i].state; }
    [[nodiscard]] std::ptrdiff_t count(RecordFate::State state) const {
        return std::ranges::count(work.fates, state, &RecordFate::state);
    }

 private:
    PipelineMailbox mailbox_;

 public:
    Clock::Instant now{std::chrono::hours(1)};
    AnsweringStore store;
    BlockWork work;
    ImageStage stage;
};

TEST_CASE("an image that is always refused fails alone, though no other is left to come") {
    StageFixture images("abc");
    images.store.answer_of = [](const std::string& id) {
        return id == "b" ? refused() : an_image();
    };
    images.turn(1000);
    REQUIRE(images.stage.is_idle());
    CHECK(images.fate(0) == RecordFate::State::changed);
    CHECK(images.fate(1) == RecordFate::State::failed);
    CHECK(images.fate(2) == RecordFate::State::changed);
    CHECK(images.work.fates[1].failure->error.reason() == Reason::image_unreadable);
    // Two of its faults had others come between, for seven more an image that had come was asked.
    CHECK(std::ranges::count(images.store.asked, "b") == 9 + 7);
    CHECK(images.store.asked.size() == 2 + 9 + 7 + 7);
}

TEST_CASE("an image is tried as often as the settings say while others come") {
    Settings settings;
    settings.retry.attempts = 4;
    settings.retry.max_delay = std::chrono::milliseconds(2);
    settings.fetches = 4;
    std::string ids;
    for (char id = '!'; id < '~'; ++id) {
        ids.push_back(id);
    }
    StageFixture images(ids, image_limits(settings, {}));
    images.store.answer_of = [](const std::string& id) {
        return id == "b" ? refused() : an_image();
    };
    images.turn(1000);
    CHECK(images.fate(ids.find('b')) == RecordFate::State::failed);
    // Its first fault is answered before another image of that turn, and does not tell.
    CHECK(std::ranges::count(images.store.asked, "b") == 5);
}

TEST_CASE("a storage that refuses everything since fails no record") {
    // One that is left alone, or several that open the breaker.
    const std::string ids = GENERATE(as<std::string>{}, "ab", "abcd");
    StageFixture images(ids);
    bool is_well = true;
    images.store.answer_of = [&is_well](const std::string& id) {
        const bool answers = is_well && id == "a";
        return answers ? an_image() : refused();
    };
    images.turn(1);
    is_well = false;
    images.turn(500);
    CHECK_FALSE(images.stage.is_idle());
    for (std::size_t i = 1; i < ids.size(); ++i) {
        CHECK(images.fate(i) == RecordFate::State::open);
    }
    images.store.answer_of = [](const std::string&) { return an_image(); };
    images.turn(500);
    CHECK(images.stage.is_idle());
    CHECK(images.work.open == 0);
}

TEST_CASE("an outage of the storage does not use up the attempts of an image") {
    const std::string ids = std::string(80, 'a') + 'b' + std::string(20, 'c');
    StageFixture images(ids);
    bool is_down = false;
    int later_faults_of_b = 0;
    images.store.answer_of = [&](const std::string& id) {
        is_down = is_down || (id == "b" && later_faults_of_b == 0);
        const bool fails = is_down || (id == "b" && ++later_faults_of_b <= 4);
        return fails ? refused() : an_image();
    };
    images.turn(2000);
    REQUIRE(images.store.asked.size() > 1000);
    is_down = false;
    later_faults_of_b = 1;
    images.turn(1000);
    CHECK(images.stage.is_idle());
    CHECK(images.fate(ids.find('b')) == RecordFate::State::changed);
}

TEST_CASE("a storage that never gave an image fails no record") {
    StageFixture images("ab");
    images.store.answer_of = [](const std::string&) { return refused(); };
    images.turn(500);
    CHECK(images.work.open == 2);
}

TEST_CASE("the image stage says whether more images come before some are sent") {
    constexpr std::size_t kFull = 8U << 20U;
    StageFixture run("ab");
    run.store.answer_of = [](const std::string&) { return an_image(); };
    CHECK(run.supply(kFull) == ImageSupply::held_up);
    CHECK(run.supply(0) == ImageSupply::coming);
    run.turn(5);
    CHECK(run.supply(kFull) == ImageSupply::ended);
}

TEST_CASE("a storage that denies images at random fails no record") {
    const unsigned percent = GENERATE(20U, 45U, 70U);
    const unsigned seed = GENERATE(1U, 2U, 3U);
    const bool says_missing = GENERATE(true, false);
    CAPTURE(percent, seed, says_missing);
    StageFixture images(std::string(2000, 'a'), {}, std::string(32, 'a'));
    Random random(seed);
    images.store.answer_of = [&](const std::string&) {
        if (random.unit() * 100 >= percent) {
            return an_image();
        }
        return says_missing ? missing() : a_page();
    };
    images.finish(100'000);
    CHECK(images.count(RecordFate::State::failed) == 0);
    CHECK(images.count(RecordFate::State::changed) == 2000);
}

TEST_CASE("images that are gone fail also where the storage denies others at random") {
    StageFixture images(std::string(500, 'a') + std::string(300, 'b') + std::string(500, 'a'), {},
                        "ab");
    Random random(7);
    images.store.answer_of = [&](const std::string& id) {
        return id == "b" || random.unit() < 0.3 ? missing() : an_image();
    };
    images.finish(100'000);
    CHECK(images.count(RecordFate::State::failed) == 300);
    CHECK(images.count(RecordFate::State::changed) == 1000);
}

TEST_CASE("a storage without an image that it gave is not well because another comes") {
    StageFixture images("a" + std::string(60, 'b'), {}, "c");
    int asks = 0;
    images.store.answer_of = [&asks](const std::string& id) {
        asks += id == "a" ? 1 : 0;
        constexpr int kBack = 6;
        const bool is_there = id == "c" || (id == "a" && asks == 1) || asks > kBack;
        return is_there ? an_image() : missing();
    };
    images.finish(500);
    CHECK(images.count(RecordFate::State::failed) == 0);
    CHECK(images.work.open == 0);
}

TEST_CASE("an image that the storage failed often is not asked for a second time") {
    StageFixture images("aab" + std::string(250, 'a'), {.width = {2, 2, 2}});
    images.store.answer_of = [](const std::string& id) {
        return id == "b" ? refused() : an_image();
    };
    images.finish(1000);
    CHECK(images.fate(2) == RecordFate::State::failed);
    CHECK(std::ranges::count(images.store.asked, "b") <= 11);
}

TEST_CASE("an image that is gone since it came stands in nobody's way") {
    StageFixture images("a" + std::string(80, 'b') + "c", {.width = {1, 1, 1}}, "c");
    bool has_a = true;
    images.store.answer_of = [&](const std::string& id) {
        const bool is_there = id == "c" || (id == "a" && std::exchange(has_a, false));
        return is_there ? an_image() : missing();
    };
    images.finish(2000);
    CHECK(images.fate(0) == RecordFate::State::changed);
    CHECK(images.count(RecordFate::State::failed) == 80);
    CHECK(images.work.open == 0);
}

TEST_CASE("images that always fail are given up also when a run has nothing else left") {
    StageFixture images("bb", {}, "bba");
    images.store.answer_of = [](const std::string& id) {
        return id == "b" ? refused() : an_image();
    };
    images.turn(5);
    // Long before the 30 s that a storage has which never answered.
    images.turn(10);
    CHECK(images.stage.gate().has_succeeded());
    images.finish(1000);
    CHECK(images.count(RecordFate::State::failed) == 2);
}

TEST_CASE("a stretch of images that always fail keeps no storage down") {
    constexpr std::ptrdiff_t kFailing = 141;
    StageFixture images(std::string(20, 'a') + std::string(kFailing, 'b') + std::string(20, 'a'));
    images.store.answer_of = [](const std::string& id) {
        return id == "b" ? refused() : an_image();
    };
    const Clock::Instant begun = images.now;
    images.finish(5000);
    CHECK(images.count(RecordFate::State::failed) == kFailing);
    CHECK(images.count(RecordFate::State::changed) == 40);
    CHECK(images.now - begun < std::chrono::minutes(30));
}

TEST_CASE("a storage that is down is asked for an image that it gave") {
    StageFixture images("a" + std::string(40, 'b'));
    bool is_down = false;
    images.store.answer_of = [&](const std::string& id) {
        is_down = is_down || id == "b";
        return is_down ? refused() : an_image();
    };
    images.turn(3);
    REQUIRE(images.stage.gate().is_open());
    images.store.asked.clear();
    images.turn(20);
    CHECK(images.store.asked.size() > 5);
    CHECK(std::ranges::count(images.store.asked, "b") == 0);
}

TEST_CASE("an image is not given up before its faults have lasted") {
    StageFixture images("aab" + std::string(200, 'a'),
                        {.width = {2, 2, 2}, .hopeless_span = std::chrono::seconds(60)});
    const Clock::Instant begun = images.now;
    images.store.answer_of = [&](const std::string& id) {
        return id == "b" && images.now - begun < std::chrono::seconds(50) ? refused() : an_image();
    };
    images.finish(1000);
    CHECK(images.count(RecordFate::State::failed) == 0);
    CHECK(images.work.open == 0);
}

TEST_CASE("descriptors that this machine lacks tell against no image") {
    StageFixture images("aab" + std::string(300, 'a'), {.width = {2, 2, 2}});
    int left = 40;
    images.store.answer_of = [&](const std::string& id) -> Result<Image> {
        if (id == "b" && left-- > 0) {
            return failed(Error(Reason::out_of_descriptors, "no file descriptor left"));
        }
        return an_image();
    };
    images.finish(2000);
    CHECK(images.fate(2) == RecordFate::State::changed);
}

}  // namespace
}  // namespace ffdump
