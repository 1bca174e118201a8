// SPDX-License-Identifier: Apache-2.0
#include "ffdump/verify/sample_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>

namespace ffdump {
namespace {

constexpr double kConfidence = 0.99;
constexpr double kHundred = 100;
constexpr int kHalvings = 200;

/// log of the probability of exactly k among n. lgamma would be shorter, but writes a global.
double log_choose(std::uint64_t n, std::uint64_t k) {
    double sum = 0;
    for (std::uint64_t i = 1; i <= k; ++i) {
        sum += std::log(static_cast<double>(n - k + i)) - std::log(static_cast<double>(i));
    }
    return sum;
}

/// Probability of k or fewer among n, each with probability p. Its terms are summed from the k-th
/// down, each from the one before.
double at_most(std::uint64_t n, std::uint64_t k, double log_ways, double p) {
    const auto ks = static_cast<double>(k);
    const auto ns = static_cast<double>(n);
    double term = std::exp(log_ways + (ks * std::log(p)) + ((ns - ks) * std::log1p(-p)));
    double sum = term;
    for (std::uint64_t i = k; i > 0 && term > sum * 1e-18; --i) {
        const auto at = static_cast<double>(i);
        term *= at / (ns - at + 1) * (1 - p) / p;
        sum += term;
    }
    return sum;
}

/// Two digits, never less than the figure itself.
std::string percent_up(double share) {
    const double percent = share * kHundred;
    const double step = std::pow(10.0, std::floor(std::log10(percent)) - 1);
    const double up = std::ceil((percent / step) - 1e-9) * step;
    return fmt::format("{:.2g}", std::min(up, kHundred));
}

}  // namespace

double binomial_upper_bound(std::uint64_t tries, std::uint64_t failures, double confidence) {
    if (failures >= tries) {
        return 1;
    }
    const double doubt = 1 - confidence;
    if (failures == 0) {
        return -std::expm1(std::log(doubt) / static_cast<double>(tries));
    }
    const double log_ways = log_choose(tries, failures);
    double low = static_cast<double>(failures) / static_cast<double>(tries);
    double high = 1;
    for (int i = 0; i < kHalvings && low < high; ++i) {
        const double middle = (low + high) / 2;
        if (middle <= low || middle >= high) {
            break;
        }
        (at_most(tries, failures, log_ways, middle) > doubt ? low : high) = middle;
    }
    return high;
}

double SampledGallery::most_different() const {
    if (compared() == records && records != 0) {
        return static_cast<double>(different.size()) / static_cast<double>(records);
    }
    return binomial_upper_bound(compared(), different.size(), kConfidence);
}

std::string confidence_text(const SampledGallery& gallery) {
    const std::uint64_t compared = gallery.compared();
    if (compared == 0) {
        return "nothing is known: no record was compared";
    }
    if (compared == gallery.records) {
        return fmt::format("all {} records were compared, {} differ", compared,
                           gallery.different.size());
    }
    const double bound = gallery.most_different();
    return bound >= 1 ? fmt::format("nothing is known of the others: {} of {} compared differ",
                                    gallery.different.size(), compared)
                      : fmt::format(
                            "with 99 % confidence fewer than {} % of its records differ "
                            "({} of {} compared did)",
                            percent_up(bound), gallery.different.size(), compared);
}

}  // namespace ffdump
