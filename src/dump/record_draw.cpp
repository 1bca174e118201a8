// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_draw.hpp"

#include "ffdump/record/running_hash.hpp"

#include <algorithm>
#include <charconv>
#include <cmath>
#include <limits>
#include <utility>

namespace ffdump {
namespace {

constexpr std::uint64_t kHighest = std::numeric_limits<std::uint64_t>::max();
constexpr double kAll = 100;

/// The finalizer of splitmix64: neighbouring ids come out far apart.
std::uint64_t mixed(std::uint64_t x) noexcept {
    x += 0x9E3779B97F4A7C15U;
    x = (x ^ (x >> 30U)) * 0xBF58476D1CE4E5B9U;
    x = (x ^ (x >> 27U)) * 0x94D049BB133111EBU;
    return x ^ (x >> 31U);
}

std::uint64_t hash_of(std::string_view text) {
    RunningHash hash;
    hash.add(text);
    return hash.value().low;
}

/// The rank below which this share of all ranks lies.
std::uint64_t ceiling_of(double percent) {
    const double share = std::ldexp(percent / kAll, std::numeric_limits<std::uint64_t>::digits);
    return percent >= kAll ? kHighest : static_cast<std::uint64_t>(share);
}

bool is_lower(const DrawnRecord& a, const DrawnRecord& b) noexcept {
    return a.rank != b.rank ? a.rank < b.rank : a.id < b.id;
}

template <class Number>
std::optional<Number> number_of(std::string_view text) {
    Number number{};
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
    const bool is_whole = error == std::errc{} && end == text.data() + text.size();
    return is_whole ? std::optional<Number>(number) : std::nullopt;
}

}  // namespace

DrawOrder::DrawOrder(std::uint64_t seed, std::string_view gallery)
    : key_(mixed(seed) ^ hash_of(gallery)) {}

std::uint64_t DrawOrder::rank(RecordId id) const noexcept {
    return mixed(mixed(id.value) ^ key_);
}

std::uint64_t DrawOrder::rank(std::string_view text) const {
    return mixed(hash_of(text) ^ key_);
}

std::optional<DrawSize> DrawSize::parse(std::string_view text) {
    DrawSize size;
    if (text.ends_with('%')) {
        size.percent = number_of<double>(text.substr(0, text.size() - 1));
        const bool is_share = size.percent && *size.percent > 0 && *size.percent <= kAll;
        return is_share ? std::optional<DrawSize>(size) : std::nullopt;
    }
    const std::optional<std::uint64_t> records = number_of<std::uint64_t>(text);
    if (!records || *records == 0) {
        return std::nullopt;
    }
    size.records = *records;
    return size;
}

RecordDraw::RecordDraw(DrawSize size, std::size_t most)
    : most_(size.percent ? most : std::min<std::uint64_t>(size.records, most)),
      ceiling_(size.percent ? ceiling_of(*size.percent) : kHighest) {}

bool RecordDraw::wants(std::uint64_t rank) const noexcept {
    return rank <= ceiling_ && (kept_.size() < most_ || rank < kept_.front().rank);
}

void RecordDraw::add(DrawnRecord record) {
    kept_.push_back(std::move(record));
    std::ranges::push_heap(kept_, is_lower);
    if (kept_.size() > most_) {
        std::ranges::pop_heap(kept_, is_lower);
        kept_.pop_back();
    }
}

std::vector<DrawnRecord> RecordDraw::take() {
    std::ranges::sort(kept_, is_lower);
    return std::move(kept_);
}

}  // namespace ffdump
