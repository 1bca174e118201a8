// SPDX-License-Identifier: Apache-2.0
#include "made_facen.hpp"

#include <array>
#include <bit>
#include <cmath>
#include <cstring>
#include <numbers>
#include <numeric>

namespace ffdump {

namespace {

constexpr double kNoise = 0.01;
constexpr double kFlat = 1e-9;  // a picture whose 8x8 form has no contrast: noise is all there is

/// Box and Muller's transform, both values used.
class Gaussian {
 public:
    explicit Gaussian(std::uint64_t seed) : source_(seed) {}
    double next() {
        if (has_spare_) {
            has_spare_ = false;
            return spare_;
        }
        const double radius = std::sqrt(-2.0 * std::log(1.0 - unit()));
        const double angle = 2.0 * std::numbers::pi * unit();
        spare_ = radius * std::sin(angle);
        has_spare_ = true;
        return radius * std::cos(angle);
    }

 private:
    double unit() { return static_cast<double>(source_.next() >> 11U) * 0x1.0p-53; }
    SplitMix64 source_;
    double spare_ = 0.0;
    bool has_spare_ = false;
};

double norm(const std::vector<double>& values) {
    return std::sqrt(std::inner_product(values.begin(), values.end(), values.begin(), 0.0));
}

std::uint64_t pixel_seed(const Picture& picture, Columns columns) {
    const std::array<std::uint64_t, 4> shape{picture.width, picture.height, columns.left,
                                             columns.right};
    std::uint64_t seed = seed_of({reinterpret_cast<const char*>(shape.data()), sizeof shape});
    for (std::size_t y = 0; y < picture.height; ++y) {
        const auto* row =
            reinterpret_cast<const char*>(&picture.rgba[(y * picture.width + columns.left) * 4]);
        seed = seed_of({row, (columns.right - columns.left) * 4}, seed);
    }
    return seed;
}

}  // namespace

std::uint64_t seed_of(std::string_view bytes, std::uint64_t start) {
    std::uint64_t hash = start;
    for (const char c : bytes) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    return hash;
}

MadeModel::MadeModel(std::string name, std::size_t dimension)
    : name_(std::move(name)), dimension_(dimension), matrix_(dimension * kThumbSide * kThumbSide) {
    Gaussian gaussian(seed_of(name_));
    for (double& value : matrix_) {
        value = gaussian.next();
    }
}

std::vector<float> MadeModel::facen(const Picture& picture, Columns columns) const {
    Thumb thumb = shrink(picture, columns);
    const double mean = std::accumulate(thumb.begin(), thumb.end(), 0.0) / double(thumb.size());
    for (double& grey : thumb) {
        grey -= mean;
    }
    std::vector<double> values(dimension_);
    for (std::size_t row = 0; row < dimension_; ++row) {
        values[row] = std::inner_product(thumb.begin(), thumb.end(),
                                         matrix_.begin() + std::ptrdiff_t(row * thumb.size()), 0.0);
    }
    const double contrast = norm(values);
    Gaussian noise(seed_of(name_, pixel_seed(picture, columns)));
    const double noise_scale = kNoise / std::sqrt(static_cast<double>(dimension_));
    for (double& value : values) {
        value = (contrast > kFlat ? value / contrast : 0.0) + noise_scale * noise.next();
    }
    const double length = norm(values);
    std::vector<float> result(dimension_);
    for (std::size_t i = 0; i < dimension_; ++i) {
        result[i] = static_cast<float>(values[i] / length);
    }
    return result;
}

std::shared_ptr<const MadeModel> ModelShelf::model(const std::string& name) {
    const std::lock_guard lock(mutex_);
    auto& slot = models_[name];
    if (!slot) {
        slot = std::make_shared<const MadeModel>(name, dimension_);
    }
    return slot;
}

std::string facen_base64(const std::vector<float>& facen) {
    static_assert(std::endian::native == std::endian::little);
    constexpr std::string_view kAlphabet =
        "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
    std::vector<std::uint8_t> bytes((facen.size() * sizeof(float)) + 2);  // two zeros to read over
    if (!facen.empty()) {
        std::memcpy(bytes.data(), facen.data(), facen.size() * sizeof(float));
    }
    const std::size_t size = bytes.size() - 2;
    std::string text;
    text.reserve((size + 2) / 3 * 4);
    for (std::size_t i = 0; i < size; i += 3) {
        const std::uint32_t group =
            (std::uint32_t{bytes[i]} << 16U) | (std::uint32_t{bytes[i + 1]} << 8U) | bytes[i + 2];
        text += kAlphabet[(group >> 18U) & 63U];
        text += kAlphabet[(group >> 12U) & 63U];
        text += i + 1 < size ? kAlphabet[(group >> 6U) & 63U] : '=';
        text += i + 2 < size ? kAlphabet[group & 63U] : '=';
    }
    return text;
}

}  // namespace ffdump
