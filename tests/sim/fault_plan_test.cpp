// SPDX-License-Identifier: Apache-2.0
#include "fault_plan.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {

namespace {

FaultPlan plan_of(const std::vector<std::string>& specs, std::uint64_t seed = 1) {
    std::vector<FaultRule> rules;
    for (const std::string& spec : specs) {
        auto rule = parse_fault(spec);
        INFO(spec);
        REQUIRE(rule);
        rules.push_back(*rule);
    }
    return {rules, seed};
}

}  // namespace

TEST_CASE("a fault's range, chance and argument are read from its end") {
    const auto rule = parse_fault("503:Wed, 21 Oct 2015 07:28:00 GMT@3-7%12.5");
    REQUIRE(rule);
    CHECK(rule->status == 503);
    CHECK(rule->argument == "Wed, 21 Oct 2015 07:28:00 GMT");
    CHECK(rule->from == 3);
    CHECK(rule->to == 7);
    CHECK(rule->percent == 12.5);

    const auto redirect = parse_fault("image-redirect:http://u@h:1/a%20b@1%100");
    REQUIRE(redirect);
    CHECK(redirect->argument == "http://u@h:1/a%20b");
    CHECK(redirect->percent == 100.0);
}

TEST_CASE("every word of the help is a fault") {
    for (const std::string& word : fault_words()) {
        INFO(word);
        const bool wants = word == "model" || word == "image-redirect";
        CHECK(parse_fault(wants ? word + ":x" : word));
        CHECK(parse_fault(word).has_value() != wants);
        CHECK_FALSE(parse_fault(word + ":"));
    }
}

TEST_CASE("mistakes in a fault are said in words") {
    const std::vector<std::pair<std::string, std::string>> mistakes{
        {"malformed-jsn", "unknown fault kind 'malformed-jsn'; did you mean 'malformed-json'?"},
        {"", "unknown fault kind ''"},
        {"418", "unknown fault kind '418'"},
        {"image-nan", "unknown fault kind 'image-nan'"},
        {"image-model:x", "unknown fault kind 'image-model'"},
        {"html", "unknown fault kind 'html'"},
        {"reset:5", "'reset' takes another argument"},
        {"500:1", "'500' takes another argument"},
        {"nan:sha256=xyz", "'nan' takes another argument"},
        {"slow-body:fast", "'slow-body' takes another argument"},
        {"500@0", "the range is FROM or FROM-TO, from 1"},
        {"500@5-3", "the range is FROM or FROM-TO, from 1"},
        {"500%101", "the percentage is 0 to 100"},
        {"503:a\nb", "'503' takes another argument"},
    };
    for (const auto& [spec, words] : mistakes) {
        INFO(spec);
        const auto rule = parse_fault(spec);
        REQUIRE_FALSE(rule);
        CHECK_THAT(rule.error(),
                   Catch::StartsWith("--fault " + spec + ": ") && Catch::Contains(words));
    }
}

TEST_CASE("the first rule that meets a request counts, models apart") {
    const FaultPlan plan =
        plan_of({"model:b@4", "500@2-3", "reset@3", "image-404@1-1", "model:c@6-6"});
    CHECK(plan.extraction_fault(1) == nullptr);
    CHECK(plan.extraction_fault(2)->status == 500);
    CHECK(plan.extraction_fault(3)->status == 500);
    CHECK(plan.extraction_fault(4)->kind == FaultKind::reset);
    CHECK(plan.extraction_fault(1000000)->kind == FaultKind::reset);
    CHECK(plan.image_fault(1)->status == 404);
    CHECK(plan.image_fault(2) == nullptr);
    CHECK(plan.model_change(3) == nullptr);
    CHECK(plan.model_change(5)->argument == "b");
    CHECK(plan.model_change(6)->argument == "c");
    CHECK(plan.model_change(7)->argument == "b");
}

TEST_CASE("chance keeps its rate, repeats with its seed and differs between rules") {
    const FaultPlan plan = plan_of({"500%10", "reset%50"}, 42);
    const FaultPlan again = plan_of({"500%10", "reset%50"}, 42);
    const FaultPlan other = plan_of({"500%10", "reset%50"}, 43);
    int first = 0;
    int second = 0;
    bool differs = false;
    for (std::uint64_t n = 1; n <= 10000; ++n) {
        const FaultRule* fault = plan.extraction_fault(n);
        const FaultRule* repeated = again.extraction_fault(n);
        REQUIRE((fault == nullptr) == (repeated == nullptr));
        differs = differs || (fault == nullptr) != (other.extraction_fault(n) == nullptr);
        first += fault != nullptr && fault->kind == FaultKind::status ? 1 : 0;
        second += fault != nullptr && fault->kind == FaultKind::reset ? 1 : 0;
    }
    CHECK(differs);
    CHECK(first == Approx(1000).margin(120));
    CHECK(second == Approx(4500).margin(200));  // half of what the first rule leaves
}

TEST_CASE("a fault on single facens names them by place or by image") {
    const std::string digest = "00ff" + std::string(60, '7');
    CHECK(parse_fault("nan")->meets_answer(5, digest));
    CHECK(parse_fault("nan:all")->meets_answer(5, digest));
    CHECK(parse_fault("nan:2")->meets_answer(2, digest));
    CHECK_FALSE(parse_fault("nan:2")->meets_answer(3, digest));
    CHECK(parse_fault("nan:sha256=00ff7777")->meets_answer(9, digest));
    CHECK_FALSE(parse_fault("nan:sha256=00ff7778")->meets_answer(9, digest));
}

}  // namespace ffdump
