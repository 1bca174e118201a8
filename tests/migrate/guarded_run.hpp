// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "model_guard.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cmath>
#include <cstddef>
#include <memory>
#include <string>
#include <vector>

namespace ffdump {

inline SharedBytes image(std::size_t number) {
    return std::make_shared<const std::string>("image " + std::to_string(number));
}

/// A unit vector of its own for each number and model.
inline Facen facen_of(std::size_t number, double model = 0) {
    Facen facen(8);
    for (std::size_t i = 0; i < facen.size(); ++i) {
        facen[i] = static_cast<float>(
            std::sin(static_cast<double>((number * 31) + (i * 7) + 1) + (model * 100)));
    }
    const double norm = facen_norm(facen);
    for (float& value : facen) {
        value = static_cast<float>(value / norm);
    }
    return facen;
}

/// Knows which image is which, and answers for a model.
class Guarded {
 public:
    explicit Guarded(CanarySettings settings, std::size_t batch = 4)
        : guard(settings, batch, Random(5)) {}

    void extract(std::size_t from, std::size_t count, std::size_t lane = 0) {
        for (std::size_t i = from; i < from + count; ++i) {
            guard.extracted(lane, {i}, image(i), facen_of(i));
        }
    }
    void extract_by(const FacenSource& source, std::size_t from, std::size_t count) {
        for (std::size_t i = from; i < from + count; ++i) {
            guard.extracted(0, {i}, image(i), facen_of(i), source);
        }
    }
    [[nodiscard]] std::vector<ExtractedFacen> answer(const CanaryRequest& request,
                                                     double model = 0) const {
        std::vector<ExtractedFacen> facens;
        for (std::size_t i = 0; i < request.which.size(); ++i) {
            facens.emplace_back(facen_of(guard.canary(request, i).id.value, model));
        }
        return facens;
    }
    /// A whole check; true when it passed.
    bool check(double model = 0) {
        for (const CanaryRequest& request : guard.begin(now)) {
            CHECK_FALSE(guard.answered(request, answer(request, model)));
        }
        return guard.take_passed();
    }

    Clock::Instant now{std::chrono::hours(1)};
    ModelGuard guard;
};

}  // namespace ffdump
