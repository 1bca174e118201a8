// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "picture.hpp"

#include <cstdint>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Steele, Lea and Flood's generator: the same numbers on every machine. Not thread-safe.
class SplitMix64 {
 public:
    explicit SplitMix64(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next() {
        std::uint64_t z = state_ += 0x9E3779B97F4A7C15U;
        z = (z ^ (z >> 30U)) * 0xBF58476D1CE4E5B9U;
        z = (z ^ (z >> 27U)) * 0x94D049BB133111EBU;
        return z ^ (z >> 31U);
    }

 private:
    std::uint64_t state_;
};

/// FNV-1a, 64 bits: seeds from names and pixels. `start` continues an earlier hash.
[[nodiscard]] std::uint64_t seed_of(std::string_view bytes,
                                    std::uint64_t start = 0xCBF29CE484222325U);

/// A stand-in for a face network: the 8x8 grey picture less its mean, projected by a Gaussian
/// matrix drawn from the model's name, plus 1 % of noise drawn from all pixels and the name, scaled
/// to unit length. So like images give like facens, any two different images differ, two models
/// have nothing in common, and the same image gives the same floats in every run. Immutable.
class MadeModel {
 public:
    MadeModel(std::string name, std::size_t dimension);

    [[nodiscard]] std::vector<float> facen(const Picture& picture, Columns columns) const;
    [[nodiscard]] const std::string& name() const noexcept { return name_; }

 private:
    std::string name_;
    std::size_t dimension_;
    std::vector<double> matrix_;  ///< dimension rows of 64
};

/// Models by name, made when they are first asked for. Thread-safe.
class ModelShelf {
 public:
    explicit ModelShelf(std::size_t dimension) : dimension_(dimension) {}
    [[nodiscard]] std::shared_ptr<const MadeModel> model(const std::string& name);

 private:
    std::size_t dimension_;
    std::mutex mutex_;
    std::map<std::string, std::shared_ptr<const MadeModel>> models_;
};

/// Standard padded base64 of the floats, little-endian. The double's own, so that an error in
/// ffdump's does not cancel out.
[[nodiscard]] std::string facen_base64(const std::vector<float>& facen);

}  // namespace ffdump
