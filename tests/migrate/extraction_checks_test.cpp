// SPDX-License-Identifier: Apache-2.0
#include "extraction_stage.hpp"
#include "guarded_run.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Answers in turn what a test says, once it is told to.
class ToldExtractor final : public Extractor {
 public:
    struct Call {
        std::string target;
        std::vector<SharedBytes> images;
        BatchDone done;
    };
    void extract(const ExtractionTarget& target, std::vector<SharedBytes> images,
                 BatchDone done) override {
        calls.push_back({target.detector, std::move(images), std::move(done)});
    }
    [[nodiscard]] std::string describe() const override { return "told"; }
    std::vector<Call> calls;
};

/// Two targets, whose images 0 to 3 and 4 to 7 had their facens and are canaries now.
class CheckFixture {
 public:
    /// Whether an image of this target gets its facen.
    using Gives = std::function<bool(const std::string& target, const std::string& image)>;

    CheckFixture() {
        for (BlockWork* const one : {&work, &of_other}) {
            one->fates.resize(kRecords);
            one->block.spans.resize(kRecords);
            one->open = kRecords;
        }
        of_other.file = 1;
        for (std::size_t i = 0; i < 8; ++i) {
            guard_.extracted(i / 4, {i}, image(i), facen_of(i));
        }
    }
    void check() {
        for (CanaryRequest& request : guard_.begin(now)) {
            stage.ask(std::move(request));
        }
    }
    void add(BlockWork& to, std::uint32_t record) {
        stage.add({{&to, record, 0}, image(100 + record)}, now);
    }
    /// For so long, a tenth of a second at a time: whatever is asked for is answered.
    void serve(std::chrono::seconds time, const Gives& gives) {
        for (const Clock::Instant end = now + time; now < end && !guard_.doubt();) {
            now += std::chrono::milliseconds(100);
            stage.pump(now, ImageSupply::ended);
            for (; answered_ < extractor.calls.size(); ++answered_) {
                answer(answered_, gives);
            }
        }
    }
    [[nodiscard]] bool has_passed() { return guard_.take_passed(); }
    [[nodiscard]] const std::optional<std::string>& doubt() const { return guard_.doubt(); }

    static constexpr std::uint32_t kRecords = 4000;
    Clock::Instant now{std::chrono::hours(1)};
    BlockWork work;
    BlockWork of_other;
    ToldExtractor extractor;

 private:
    void answer(std::size_t call, const Gives& gives) {
        std::vector<ExtractedFacen> facens;
        for (const SharedBytes& one : extractor.calls[call].images) {
            if (gives(extractor.calls[call].target, *one)) {
                facens.emplace_back(facen_of(std::stoul(one->substr(6))));
            } else {
                facens.emplace_back(failed(Reason::no_face, "no face"));
            }
        }
        extractor.calls[call].done(std::move(facens));
        std::vector<PipelineEvent> events;
        mailbox_.take_all(events, std::chrono::nanoseconds(0));
        for (PipelineEvent& event : events) {
            stage.answered(std::move(std::get<BatchAnswered>(event)), now);
        }
    }
    static MigrationPlan two_targets() {
        MigrationPlan plan;
        for (const char* const detector : {"one", "other"}) {
            plan.files.emplace_back();
            plan.files.back().dimension = 8;
            plan.files.back().target.detector = detector;
        }
        return plan;
    }
    MigrationPlan plan_ = two_targets();
    PipelineMailbox mailbox_;
    ModelGuard guard_{{.images = 4}, 4, Random(3)};
    std::size_t answered_ = 0;

 public:
    ExtractionStage stage{extractor,
                          mailbox_,
                          plan_,
                          {.width = {8, 8, 8}, .batch = {4, 4, 4}},
                          ServiceGate(GateFigures{}, Random(1)),
                          guard_};
};

TEST_CASE("a check in which nobody gets a facen leaves the service down until one does") {
    CheckFixture run;
    run.check();
    run.serve(std::chrono::seconds(60), [](const auto&, const auto&) { return false; });
    CHECK_FALSE(run.doubt());
    CHECK_FALSE(run.has_passed());
    CHECK(run.stage.gate().is_open());
    REQUIRE(run.stage.gate().down_since());
    CHECK(run.now - *run.stage.gate().down_since() > std::chrono::seconds(58));
    // A probe in four to eight seconds, once it is down.
    CHECK(run.extractor.calls.size() < 40);
    run.serve(std::chrono::seconds(20), [](const auto&, const auto&) { return true; });
    CHECK(run.has_passed());
    CHECK_FALSE(run.stage.gate().down_since());
}

TEST_CASE("one target without facens keeps the service down whatever another is answered") {
    CheckFixture run;
    for (std::uint32_t record = 0; record < CheckFixture::kRecords; ++record) {
        run.add(run.of_other, record);
    }
    run.check();
    run.serve(std::chrono::seconds(60),
              [](const std::string& target, const auto&) { return target == "other"; });
    CHECK_FALSE(run.doubt());
    CHECK(run.stage.gate().is_open());
    REQUIRE(run.stage.gate().down_since());
    CHECK(run.now - *run.stage.gate().down_since() > std::chrono::seconds(55));
}

TEST_CASE("one canary without a facen is asked for over some time before it is believed") {
    CheckFixture run;
    run.check();
    const Clock::Instant began = run.now;
    run.serve(std::chrono::minutes(5),
              [](const auto&, const std::string& image) { return image != "image 2"; });
    REQUIRE(run.doubt());
    CHECK(
        run.doubt()->ends_with("the image of record 2 had a facen before and gets none now: no "
                               "face"));
    CHECK(run.now - began > std::chrono::seconds(4));
    CHECK(run.now - began < std::chrono::minutes(1));
}

TEST_CASE("records of a batch whose sentinel got none, like everybody, are asked for again") {
    CheckFixture run;
    for (std::uint32_t record = 0; record < 3; ++record) {
        run.add(run.work, record);
    }
    run.serve(std::chrono::seconds(1), [](const auto&, const auto&) { return false; });
    CHECK(run.stage.health().is_down());
    run.serve(std::chrono::seconds(20), [](const auto&, const auto&) { return true; });
    CHECK_FALSE(run.stage.health().is_down());
    CHECK(run.stage.health().take_returned().size() == 3);
    CHECK(run.work.failed_unwritten == 0);
}

TEST_CASE("nothing is waited for by turning while a service without facens is down") {
    CheckFixture run;
    run.check();
    for (int turn = 0; turn < 300; ++turn) {
        run.serve(std::chrono::seconds(1), [](const auto&, const auto&) { return false; });
        const auto next = run.stage.next_timer(run.now);
        REQUIRE(next);
        CHECK(*next > run.now);
    }
}

}  // namespace
}  // namespace ffdump
