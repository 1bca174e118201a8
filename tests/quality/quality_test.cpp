// SPDX-License-Identifier: Apache-2.0
#include "made_people.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <cmath>
#include <numeric>

namespace ffdump {
namespace {

/// All similarities of pairs, kept one by one.
struct NaivePairs {
    std::vector<double> same;
    std::vector<double> other;

    NaivePairs(const MadePeople& people, Facen MadePeople::Photo::* facen) {
        for (std::size_t i = 0; i < people.photos.size(); ++i) {
            for (std::size_t j = 0; j < i; ++j) {
                const MadePeople::Photo& a = people.photos[i];
                const MadePeople::Photo& b = people.photos[j];
                double product = 0;
                for (std::size_t k = 0; k < (a.*facen).size(); ++k) {
                    product += static_cast<double>((a.*facen)[k]) * (b.*facen)[k];
                }
                (a.person == b.person ? same : other).push_back(product);
            }
        }
        std::ranges::sort(same);
        std::ranges::sort(other);
    }

    [[nodiscard]] double d_prime() const {
        const auto [same_mean, same_variance] = moments(same);
        const auto [other_mean, other_variance] = moments(other);
        return (same_mean - other_mean) / std::sqrt((same_variance + other_variance) / 2);
    }
    /// By looking up each same pair among the others.
    [[nodiscard]] double auc() const {
        double sum = 0;
        for (const double value : same) {
            sum += static_cast<double>(std::ranges::lower_bound(other, value) - other.begin());
        }
        return sum / static_cast<double>(same.size()) / static_cast<double>(other.size());
    }
    [[nodiscard]] double threshold(double false_accepts) const {
        const auto accepted =
            static_cast<std::size_t>(false_accepts * static_cast<double>(other.size()));
        return other[other.size() - 1 - accepted];
    }
    [[nodiscard]] double tar(double false_accepts) const {
        return static_cast<double>(same.end() -
                                   std::ranges::upper_bound(same, threshold(false_accepts))) /
               static_cast<double>(same.size());
    }

 private:
    static std::pair<double, double> moments(const std::vector<double>& values) {
        const auto count = static_cast<double>(values.size());
        const double mean = std::accumulate(values.begin(), values.end(), 0.0) / count;
        double squares = 0;
        for (const double value : values) {
            squares += (value - mean) * (value - mean);
        }
        return {mean, squares / count};
    }
};

void check_agrees(const Separation& separation, const NaivePairs& naive) {
    CHECK(separation.same_pairs == naive.same.size());
    CHECK(separation.other_pairs == naive.other.size());
    CHECK(separation.d_prime == Approx(naive.d_prime()).epsilon(1e-4));
    CHECK(separation.auc == Approx(naive.auc()).margin(1e-5));
    REQUIRE(separation.tar);
    CHECK(*separation.tar == Approx(naive.tar(kFalseAccepts)).margin(1e-3));
    CHECK(std::accumulate(separation.same_curve.begin(), separation.same_curve.end(), 0.0) ==
          Approx(1));
}

}  // namespace

TEST_CASE("d', AUC, TAR and thresholds agree with those of all pairs counted one by one") {
    // The new model is better, and worse.
    const double noise = GENERATE(0.08, 0.2);
    const MadePeople people({.people = 150, .new_noise = noise});
    QualityOptions options = people.options();
    options.threshold = 0.45;
    const GalleryQuality quality = people.measure(options);
    CHECK(quality.sampled == people.photos.size());
    CHECK(quality.groups == 150);
    CHECK(quality.dimension_before == 64);
    CHECK(quality.dimension_after == 96);
    REQUIRE(quality.before);
    const NaivePairs before(people, &MadePeople::Photo::before);
    const NaivePairs after(people, &MadePeople::Photo::after);
    check_agrees(*quality.before, before);
    check_agrees(*quality.after, after);
    CHECK(*quality.before->tar < 0.999);

    REQUIRE(quality.thresholds.size() >= 3);
    const MatchingThresholds& given = quality.thresholds.front();
    CHECK(given.is_given);
    const auto accepted = before.other.end() - std::ranges::lower_bound(before.other, 0.45);
    const double share = static_cast<double>(accepted) / static_cast<double>(before.other.size());
    CHECK(given.accepted == Approx(share).margin(1e-5));
    REQUIRE(given.after);
    CHECK(*given.after == Approx(after.threshold(share)).margin(1e-3));
    CHECK(quality.thresholds[2].accepted == 1e-3);
    CHECK(quality.thresholds[2].before == Approx(before.threshold(1e-3)).margin(1e-4));
}

TEST_CASE("of swapped ids 95 % and more are found, with less than 1 % false alarms") {
    const std::uint64_t seed = GENERATE(1U, 2U, 3U);
    const double noise = GENERATE(0.05, 0.08, 0.11);
    const MadePeople people({.new_noise = noise, .swapped = 0.01, .seed = seed});
    CAPTURE(seed, noise, people.photos.size(), people.swapped.size());
    const GalleryQuality quality = people.measure(people.options());
    std::size_t found = 0;
    for (const Outlier& outlier : quality.leaving) {
        found += people.swapped.contains(outlier.id.value) ? 1U : 0U;
    }
    CHECK(people.swapped.size() >= 12);
    CHECK(static_cast<double>(found) >= 0.95 * static_cast<double>(people.swapped.size()));
    CHECK(static_cast<double>(quality.leaving.size() - found) <
          0.01 * static_cast<double>(people.photos.size()));
    CHECK(quality.outside.size() < people.photos.size() / 100);
}

TEST_CASE("an exchanged record names a record of the group that it resembles") {
    const MadePeople people({.people = 60, .swapped = 0.02});
    const GalleryQuality quality = people.measure(people.options());
    REQUIRE_FALSE(quality.leaving.empty());
    for (const Outlier& outlier : quality.leaving) {
        CHECK(people.swapped.contains(outlier.id.value));
        CHECK(outlier.resembles);
        CHECK(outlier.other > outlier.own);
        CHECK(outlier.own_before > outlier.own);
    }
}

TEST_CASE(
    "what is not swapped is not said to leave its group, and the same model changes nothing") {
    const MadePeople people({});
    CHECK(people.measure(people.options()).leaving.size() < people.photos.size() / 200);
    QualityOptions options = people.options();
    options.from = options.to;
    CHECK(people.measure(options).left_out ==
          "its facens are those of the old dump: it was copied");
}

TEST_CASE("whole groups are drawn, and a seed draws the same ones again") {
    const MadePeople people({.swapped = 0.01});
    QualityOptions options = people.options();
    options.sample = 400;
    const GalleryQuality quality = people.measure(options);
    CHECK(quality.sampled > 380);
    CHECK(quality.sampled <= 400);
    CHECK(quality.records == people.photos.size());
    // Groups of five on average: each of their records has four of its own.
    CHECK(static_cast<double>(quality.after->same_pairs) >
          1.5 * static_cast<double>(quality.sampled));
    CHECK(people.measure(options).after->d_prime == quality.after->d_prime);
    options.seed = 9;
    CHECK(people.measure(options).after->d_prime != quality.after->d_prime);
}

TEST_CASE("a msgpack dump is measured as the same dump in JSON is") {
    const MadePeople people({.people = 60, .swapped = 0.02});
    const auto files = make_posix_file_system();
    const Result<QualityReport> of_json = measure_quality(*files, people.options());
    people.write_msgpack();
    const Result<QualityReport> of_msgpack = measure_quality(*files, people.options());
    REQUIRE(of_json);
    REQUIRE(of_msgpack);
    const GalleryQuality& quality = of_msgpack->galleries.at(0);
    CHECK(quality.sampled == people.photos.size());
    CHECK(quality.groups == 60);
    CHECK_FALSE(quality.leaving.empty());
    CHECK(render_json(*of_msgpack) == render_json(*of_json));
    CHECK(render_html(*of_msgpack) == render_html(*of_json));
}

TEST_CASE("without groups neighbours and thresholds are told, and nothing of groups") {
    const MadePeople people({.people = 100});
    QualityOptions options = people.options();
    options.group_by.clear();
    const GalleryQuality quality = people.measure(options);
    CHECK(quality.sampled == people.photos.size());
    CHECK_FALSE(quality.before);
    CHECK(quality.judged == 0);
    CHECK(quality.overlap[0] > 0.2);
    CHECK(quality.overlap[2] < 0.9);
    CHECK(std::accumulate(quality.overlap_counts.begin(), quality.overlap_counts.end(), 0ULL) ==
          quality.sampled);
    CHECK(quality.thresholds.size() >= 2);
}

TEST_CASE("a threshold that hardly any pair of the sample reaches has no counterpart") {
    const MadePeople people({.people = 60});
    QualityOptions options = people.options();
    options.group_by.clear();
    options.threshold = 0.99999;
    const auto files = make_posix_file_system();
    const Result<QualityReport> report = measure_quality(*files, options);
    REQUIRE(report);
    CHECK_FALSE(report->galleries.at(0).thresholds.front().after);
    CHECK(render_text(*report).find(
              "threshold 1.0000 of the old model accepts 0.00000 % of all pairs; too few to find "
              "the new model's: give a larger --sample") != std::string::npos);
}

TEST_CASE("a field that no record has measures nothing, and that is the verdict") {
    const MadePeople people({.people = 30});
    QualityOptions options = people.options();
    options.group_by = {"meta", "persno"};
    const auto files = make_posix_file_system();
    const Result<QualityReport> report = measure_quality(*files, options);
    REQUIRE(report);
    CHECK_FALSE(report->has_measured());
    CHECK(report->galleries.at(0).left_out == "no record has the field that groups are told by");
    CHECK(report->verdict == "nothing was measured: all galleries were left out");
}

TEST_CASE("records that one dump lacks and galleries that cannot be measured are left out") {
    const MadePeople people({.people = 30});
    people.folder().write("new/more.json", file_bytes(people.folder().at("new/people.json")));
    std::string text = file_bytes(people.folder().at("new/people.json"));
    text.erase(0, text.find('\n') + 1);
    people.folder().write("new/people.json", text);
    const auto files = make_posix_file_system();
    const Result<QualityReport> report = measure_quality(*files, people.options());
    REQUIRE(report);
    REQUIRE(report->galleries.size() == 2);
    CHECK(report->galleries[0].left_out == "the old dump has no such gallery");
    CHECK(report->galleries[1].sampled == people.photos.size() - 1);
}

TEST_CASE("the report names ids and no value of meta") {
    const MadePeople people({.people = 60, .swapped = 0.02});
    const auto files = make_posix_file_system();
    const Result<QualityReport> report = measure_quality(*files, people.options());
    REQUIRE(report);
    const std::string text = render_text(*report);
    const std::string json = render_json(*report);
    const std::string id = std::to_string(*people.swapped.begin());
    CHECK(text.find("record " + id + ": similarity to its group") != std::string::npos);
    CHECK(json.find('"' + id + '"') != std::string::npos);
    CHECK(text.find("secret") == std::string::npos);
    CHECK(json.find("secret") == std::string::npos);
    CHECK(text.ends_with(report->verdict + "\n"));
    CHECK(report->verdict.starts_with("the new model tells groups apart "));
    CHECK(report->verdict.ends_with(" judged records leave their group"));
}

}  // namespace ffdump
