// SPDX-License-Identifier: Apache-2.0
#include "extraction_stage.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <functional>
#include <memory>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Keeps the requests, so that a test answers them in the order that it likes.
class HeldExtractor final : public Extractor {
 public:
    struct Call {
        std::size_t images = 0;
        BatchDone done;
        std::string first;
    };
    void extract(const ExtractionTarget&, std::vector<SharedBytes> images,
                 BatchDone done) override {
        calls.push_back({images.size(), std::move(done), *images.front()});
    }
    [[nodiscard]] std::string describe() const override { return "held"; }
    std::vector<Call> calls;
};

Facen unit(std::size_t dimension) {
    Facen facen(dimension, 0.0F);
    facen.front() = 1.0F;
    return facen;
}

/// One gallery of `records` records whose images are ready, in batches of two unless told
/// otherwise.
class StageFixture {
 public:
    explicit StageFixture(
        std::size_t records, std::size_t dimension = 0,
        const std::function<std::string(std::size_t)>& image_of =
            [](std::size_t) { return "image"; },
        std::size_t batch = 2, std::size_t width = 8)
        : StageFixture({.width = {width, width, width}, .batch = {batch, batch, batch}}, dimension,
                       records) {
        for (std::uint32_t i = 0; i < records; ++i) {
            add(i, image_of(i));
        }
        stage.pump({}, ImageSupply::ended);
    }
    /// No image is ready yet.
    StageFixture(const ExtractionStage::Limits& limits, std::size_t dimension, std::size_t records)
        : plan_(one_file(dimension)),
          stage(extractor, mailbox_, plan_, limits, ServiceGate(GateFigures{}, Random(1)), guard_) {
        work.fates.resize(records);
        work.block.spans.resize(records);
        work.open = records;
    }
    void add(std::uint32_t record, std::string image) {
        stage.add({{&work, record, 0}, std::make_shared<const std::string>(std::move(image))},
                  now_);
    }
    /// A millisecond later.
    void pump(ImageSupply supply) {
        now_ += std::chrono::milliseconds(1);
        stage.pump(now_, supply);
    }

    /// Answers request `call` with facens of these dimensions, one for each of its images.
    void answer(std::size_t call, const std::vector<std::size_t>& dimensions) {
        REQUIRE(extractor.calls.at(call).images == dimensions.size());
        std::vector<ExtractedFacen> facens;
        facens.reserve(dimensions.size());
        for (const std::size_t dimension : dimensions) {
            facens.emplace_back(unit(dimension));
        }
        end(call, std::move(facens));
    }
    void refuse(std::size_t call, Reason reason) { end(call, failed(reason, "as told")); }
    /// What waits for its time is sent.
    void wait() { stage.pump(Clock::Instant(std::chrono::hours(1)), ImageSupply::ended); }
    /// Every request is answered in turn, one a second: with a fault when `fails` says so.
    void serve(const std::function<bool(const std::string& image, std::size_t call)>& fails) {
        serve_with(Reason::service_overloaded, fails);
    }
    void serve_with(Reason fault,
                    const std::function<bool(const std::string& image, std::size_t call)>& fails) {
        for (std::size_t call = 0; call < 2000 && work.open != 0; ++call) {
            now_ += std::chrono::seconds(1);
            stage.pump(now_, ImageSupply::ended);
            if (call == extractor.calls.size()) {
                --call;  // all of them wait
            } else if (fails(extractor.calls[call].first, call)) {
                refuse(call, fault);
            } else {
                answer(call, std::vector<std::size_t>(extractor.calls[call].images, 480));
            }
        }
    }
    [[nodiscard]] std::vector<std::size_t> dimensions() const {
        std::vector<std::size_t> found;
        found.reserve(work.fates.size());
        for (const RecordFate& fate : work.fates) {
            found.push_back(fate.state == RecordFate::State::changed ? fate.facen.size() : 0);
        }
        return found;
    }

 private:
    void end(std::size_t call, Result<std::vector<ExtractedFacen>> result) {
        extractor.calls.at(call).done(std::move(result));
        std::vector<PipelineEvent> events;
        mailbox_.take_all(events, std::chrono::nanoseconds(0));
        for (PipelineEvent& event : events) {
            stage.answered(std::move(std::get<BatchAnswered>(event)), now_);
        }
        stage.pump(now_, supply_after);
        stage.health().settle_calm(FailureHold::More::are_none);
    }
    static MigrationPlan one_file(std::size_t dimension) {
        MigrationPlan plan;
        plan.files.emplace_back();
        plan.files.back().dimension = dimension;
        return plan;
    }
    MigrationPlan plan_;
    PipelineMailbox mailbox_;
    Clock::Instant now_;
    ModelGuard guard_{{.images = 0}, 2, Random(3)};

 public:
    ImageSupply supply_after = ImageSupply::ended;  ///< when a request is answered
    HeldExtractor extractor;
    BlockWork work;
    ExtractionStage stage;
};

TEST_CASE("extraction does not let one wrong facen that comes first decide the dimension") {
    StageFixture gallery(6);
    REQUIRE(gallery.extractor.calls.size() == 3);
    gallery.answer(1, {320, 480});  // the wrong one overtakes all others
    gallery.answer(0, {480, 480});
    gallery.answer(2, {480, 480});
    REQUIRE(gallery.extractor.calls.size() == 5);
    gallery.answer(3, {480});
    gallery.answer(4, {480});
    CHECK(gallery.dimensions() == std::vector<std::size_t>(6, 480));
    CHECK(gallery.stage.is_idle());
}

TEST_CASE("extraction asks a lone record twice before it believes its dimension") {
    StageFixture gallery(1);
    gallery.answer(0, {480});
    REQUIRE(gallery.extractor.calls.size() == 2);
    gallery.answer(1, {480});
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480});
}

TEST_CASE("extraction fails a lone record whose two answers disagree") {
    StageFixture gallery(1);
    gallery.answer(0, {480});
    gallery.answer(1, {320});
    REQUIRE(gallery.work.fates[0].state == RecordFate::State::failed);
    CHECK(gallery.work.fates[0].failure->error.reason() == Reason::facen_invalid);
}

TEST_CASE("extraction believes a configured dimension at once and no other") {
    StageFixture gallery(2, 480);
    gallery.answer(0, {480, 320});
    REQUIRE(gallery.extractor.calls.size() == 2);
    gallery.answer(1, {320});
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 0});
    CHECK(gallery.work.fates[1].failure->error.detail() ==
          "the facen has 320 floats in place of 480");
}

TEST_CASE("extraction asks for images alone that got one facen in one answer") {
    StageFixture gallery(2, 480, [](std::size_t i) { return "image " + std::to_string(i); });
    gallery.answer(0, {480, 480});  // the same unit vector for both
    CHECK(gallery.dimensions() == std::vector<std::size_t>{0, 0});
    REQUIRE(gallery.extractor.calls.size() == 3);
    gallery.answer(1, {480});
    gallery.answer(2, {480});
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 480});
}

TEST_CASE("extraction believes one facen for one image that two records share") {
    StageFixture gallery(2, 480);
    gallery.answer(0, {480, 480});
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 480});
}

TEST_CASE("extraction asks for a batch again as it was after a fault of the service") {
    for (const Reason reason : {Reason::service_overloaded, Reason::answer_malformed,
                                Reason::connection_lost, Reason::request_timed_out}) {
        CAPTURE(reason_name(reason));
        StageFixture gallery(2, 480);
        for (std::size_t call = 0; call < 3; ++call) {
            gallery.refuse(call, reason);
            gallery.wait();
            REQUIRE(gallery.extractor.calls.size() == call + 2);
            REQUIRE(gallery.extractor.calls.back().images == 2);
        }
        CHECK(gallery.work.open == 2);
        gallery.answer(3, {480, 480});
        CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 480});
    }
}

std::string numbered(std::size_t i) {
    return "image " + std::to_string(i);
}

TEST_CASE("extraction gives up an image that fails while others are answered in between") {
    const std::size_t width = GENERATE(as<std::size_t>{}, 1, 3);
    CAPTURE(width);
    StageFixture gallery(300, 480, numbered, 1, width);
    gallery.serve([](const std::string& image, std::size_t) { return image == "image 5"; });
    std::vector<std::size_t> wanted(300, 480);
    wanted[5] = 0;
    CHECK(gallery.dimensions() == wanted);
    REQUIRE(gallery.work.fates[5].state == RecordFate::State::failed);
    CHECK(gallery.work.fates[5].failure->error.reason() == Reason::extraction_rejected);
    CHECK(gallery.work.fates[5].failure->attempts >= 9);
    // While there are others to come nothing is asked for only to learn whether all is well.
    CHECK(gallery.extractor.calls.size() == 299 + gallery.work.fates[5].failure->attempts);
}

TEST_CASE("extraction gives up the last image when one that had a facen gets it again") {
    StageFixture gallery(3, 480, numbered, 1, 2);
    gallery.serve([](const std::string& image, std::size_t) { return image == "image 2"; });
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 480, 0});
    CHECK(gallery.work.fates[2].state == RecordFate::State::failed);
}

TEST_CASE("extraction gives up nothing that failed with everything else, however often") {
    StageFixture gallery(30, 480, numbered, 1, 2);
    bool was_met_again = false;
    gallery.serve([&](const std::string& image, std::size_t call) {
        // Nothing works for a while; then one image fails once more.
        const bool is_away = call >= 10 && call < 60;
        return is_away ||
               (call >= 60 && image == "image 10" && !std::exchange(was_met_again, true));
    });
    CHECK(was_met_again);
    CHECK(gallery.dimensions() == std::vector<std::size_t>(30, 480));
}

TEST_CASE("extraction gives up nothing for want of descriptors of its own") {
    StageFixture gallery(60, 480, numbered, 1, 2);
    gallery.serve_with(Reason::out_of_descriptors, [](const std::string& image, std::size_t call) {
        return image == "image 5" && call < 200;
    });
    CHECK(gallery.dimensions() == std::vector<std::size_t>(60, 480));
}

TEST_CASE("extraction asks once more for an image that was refused once, in no company") {
    StageFixture gallery(1, 480);
    gallery.refuse(0, Reason::extraction_rejected);
    REQUIRE(gallery.extractor.calls.size() == 2);
    SECTION("and takes what comes") {
        gallery.answer(1, {480});
        CHECK(gallery.dimensions() == std::vector<std::size_t>{480});
    }
    SECTION("and no more than once") {
        gallery.refuse(1, Reason::extraction_rejected);
        CHECK(gallery.extractor.calls.size() == 2);
        CHECK(gallery.work.fates[0].state == RecordFate::State::failed);
    }
}

TEST_CASE("extraction asks first for what an outage came between, however long it was") {
    StageFixture gallery(60, 480, numbered, 1, 3);
    std::set<std::string> asked_while_away;
    gallery.serve([&](const std::string& image, std::size_t call) {
        const bool is_away = call >= 5 && call < 60;
        if (is_away) {
            asked_while_away.insert(image);
        }
        return is_away;
    });
    // Until the breaker opened, and the one that must work; probing has not drawn others in.
    CHECK(asked_while_away.size() <= GateFigures{}.breaker_faults + 1);
    CHECK(gallery.dimensions() == std::vector<std::size_t>(60, 480));
}

TEST_CASE("extraction lets a part-filled batch wait while images come and there is room for them") {
    StageFixture gallery({.width = {2, 2, 2}, .batch = {8, 8, 8}}, 480, 8);
    for (std::uint32_t i = 0; i < 3; ++i) {
        gallery.add(i, numbered(i));
    }
    gallery.pump(ImageSupply::coming);
    CHECK(gallery.extractor.calls.empty());
    gallery.pump(ImageSupply::held_up);
    REQUIRE(gallery.extractor.calls.size() == 1);
    CHECK(gallery.extractor.calls[0].images == 3);
    // That has made room.
    gallery.add(3, numbered(3));
    gallery.pump(ImageSupply::coming);
    CHECK(gallery.extractor.calls.size() == 1);
}

TEST_CASE("extraction finds out the size of batches also where images are too large to wait") {
    constexpr std::uint32_t kTogether = 6;  // fewer than it begins with
    StageFixture gallery({.width = {1, 1, 1}, .batch = {4, 64, 8}}, 480, 100);
    gallery.supply_after = ImageSupply::coming;
    std::uint32_t record = 0;
    while (record < 72) {
        for (const std::uint32_t end = record + kTogether; record < end; ++record) {
            gallery.add(record, "image");
        }
        gallery.pump(ImageSupply::held_up);
        gallery.pump(ImageSupply::coming);
        gallery.answer(gallery.extractor.calls.size() - 1,
                       std::vector<std::size_t>(kTogether, 480));
    }
    // Twice as many are tried then.
    for (; record < 90; ++record) {
        gallery.add(record, "image");
    }
    gallery.pump(ImageSupply::coming);
    CHECK(gallery.extractor.calls.back().images == 16);
}

TEST_CASE("extraction asks for every image of a batch that was refused, by halves") {
    StageFixture gallery(4, 480, [](std::size_t) { return "image"; }, 4);
    gallery.refuse(0, Reason::extraction_rejected);
    REQUIRE(gallery.extractor.calls.size() == 3);
    gallery.answer(1, {480, 480});
    gallery.refuse(2, Reason::extraction_rejected);
    REQUIRE(gallery.extractor.calls.size() == 5);
    gallery.answer(3, {480});
    gallery.refuse(4, Reason::extraction_rejected);
    CHECK(gallery.dimensions() == std::vector<std::size_t>{480, 480, 480, 0});
    REQUIRE(gallery.work.fates[3].state == RecordFate::State::failed);
    CHECK(gallery.work.fates[3].failure->error.reason() == Reason::extraction_rejected);
    CHECK(gallery.work.open == 0);
}

}  // namespace
}  // namespace ffdump
