// SPDX-License-Identifier: Apache-2.0
#include "ffdump/verify/sample_report.hpp"

#include "dump_pair.hpp"

#include <catch2/catch.hpp>

#include <cmath>
#include <limits>
#include <set>

namespace ffdump {
namespace {

/// P(X <= k), summed from the other end and by products, to have another way than the code's.
double chance_of_at_most(unsigned n, unsigned k, double p) {
    double sum = 0;
    for (unsigned i = 0; i <= k; ++i) {
        double term = std::pow(1 - p, n - i);
        for (unsigned j = 0; j < i; ++j) {
            term *= p * (n - j) / (j + 1);
        }
        sum += term;
    }
    return sum;
}

SampledGallery gallery_with(std::uint64_t same, std::size_t different) {
    SampledGallery gallery;
    gallery.gallery = "faces";
    gallery.records = 1'000'000;
    gallery.same = same;
    gallery.different.resize(different);
    return gallery;
}

SampleDraw draw_of(const DumpPair& pair, const char* size, std::uint64_t seed) {
    return {.to = pair.options.to,
            .profiles = pair.options.profiles,
            .limits = {},
            .size = DrawSize::parse(size).value(),
            .seed = seed,
            .progress = {}};
}

}  // namespace

TEST_CASE("without differences the bound is that of n = ln(0.01)/ln(1-p)") {
    for (const double p : {0.5, 0.01, 0.0005, 0.000001}) {
        const auto n = static_cast<std::uint64_t>(std::ceil(std::log(0.01) / std::log(1 - p)));
        CAPTURE(p, n);
        CHECK(binomial_upper_bound(n, 0, 0.99) <= p * (1 + 1e-9));
        CHECK(binomial_upper_bound(n - 1, 0, 0.99) > p * (1 - 1e-9));
    }
}

TEST_CASE("with differences the bound is where so few have a probability of 1 %") {
    for (const auto& [n, k] :
         {std::pair{20U, 1U}, std::pair{100U, 3U}, std::pair{500U, 40U}, std::pair{50U, 49U}}) {
        CAPTURE(n, k);
        CHECK(chance_of_at_most(n, k, binomial_upper_bound(n, k, 0.99)) ==
              Approx(0.01).epsilon(1e-6));
    }
    CHECK(binomial_upper_bound(10, 10, 0.99) == 1);
    CHECK(binomial_upper_bound(0, 0, 0.99) == 1);
    // Figures of this size must not overflow on the way.
    const double large = binomial_upper_bound(50'000, 20'000, 0.99);
    CHECK(large > 0.4);
    CHECK(large < 0.41);
}

TEST_CASE("the words round the bound up and say how many were compared") {
    CHECK(confidence_text(gallery_with(10'000, 0)) ==
          "with 99 % confidence fewer than 0.047 % of its records differ (0 of 10000 compared "
          "did)");
    CHECK(confidence_text(gallery_with(97, 3)) ==
          "with 99 % confidence fewer than 9.7 % of its records differ (3 of 100 compared did)");
    CHECK(confidence_text(gallery_with(0, 0)) == "nothing is known: no record was compared");
    CHECK(confidence_text(gallery_with(0, 5)) ==
          "nothing is known of the others: 5 of 5 compared differ");
}

TEST_CASE("a sample is drawn from every migrated gallery, by the seed and not by the order") {
    const DumpPair pair(DumpPair::usual_tables());
    const auto files = make_posix_file_system();
    const auto sample = draw_sample(*files, draw_of(pair, "2", 5));
    REQUIRE(sample);
    REQUIRE(sample->size() == 2);
    for (const DrawnGallery& gallery : *sample) {
        CAPTURE(gallery.gallery);
        CHECK(gallery.drawn.size() <= 2);
        CHECK(gallery.records >= gallery.drawn.size());
    }
}

TEST_CASE("more records than memory is meant for are refused") {
    const DumpPair pair(DumpPair::usual_tables());
    const auto files = make_posix_file_system();
    SampleDraw draw = draw_of(pair, "100%", 5);
    draw.most = 1;
    const auto sample = draw_sample(*files, draw);
    REQUIRE_FALSE(sample);
    CHECK(sample.error().reason() == Reason::usage_error);
}

}  // namespace ffdump
