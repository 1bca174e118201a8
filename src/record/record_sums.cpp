// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/record_sums.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstddef>
#include <cstring>

namespace ffdump {
namespace {

using namespace std::string_view_literals;

/// Stands where a facen or facen_model was; no byte 0xFF occurs in JSON text of such a place.
constexpr std::string_view kMask = "\xFFmask\xFF"sv;

}  // namespace

Sum128& Sum128::operator+=(const Sum128& other) noexcept {
    low += other.low;
    high += other.high + (low < other.low ? 1U : 0U);
    return *this;
}

Sum128& Sum128::operator-=(const Sum128& other) noexcept {
    const std::uint64_t borrow = low < other.low ? 1U : 0U;
    low -= other.low;
    high -= other.high + borrow;
    return *this;
}

std::string Sum128::hex() const {
    return fmt::format("{:016x}{:016x}", high, low);
}

std::optional<Sum128> Sum128::from_hex(std::string_view text) noexcept {
    constexpr std::size_t kHalf = 16;
    const bool lower_hex = text.find_first_not_of("0123456789abcdef") == std::string_view::npos;
    if (text.size() != 2 * kHalf || !lower_hex) {
        return std::nullopt;
    }
    Sum128 sum;
    const char* const begin =
        text.data();  // NOLINT(bugprone-suspicious-stringview-data-usage): ends follow
    std::from_chars(begin, begin + kHalf, sum.high, 16);
    std::from_chars(begin + kHalf, begin + (2 * kHalf), sum.low, 16);
    return sum;
}

RecordSums& RecordSums::operator+=(const RecordSums& other) noexcept {
    count += other.count;
    ids += other.ids;
    rest += other.rest;
    vec += other.vec;
    return *this;
}

RecordSums& RecordSums::operator-=(const RecordSums& other) noexcept {
    count -= other.count;
    ids -= other.ids;
    rest -= other.rest;
    vec -= other.vec;
    return *this;
}

RecordDigester::RecordDigester(std::string_view gallery) : gallery_(gallery) {}

void RecordDigester::start(std::string_view tag) {
    scratch_.assign(tag);
    add_number(gallery_.size());
    scratch_ += gallery_;
}

void RecordDigester::add_number(std::uint64_t number) {
    static_assert(std::endian::native == std::endian::little);
    std::array<char, sizeof number> bytes{};
    std::memcpy(bytes.data(), &number, sizeof number);
    scratch_.append(bytes.data(), bytes.size());
}

Sum128 RecordDigester::finish() const {
    const XXH128_hash_t hash = XXH3_128bits(scratch_.data(), scratch_.size());
    return {hash.low64, hash.high64};
}

Sum128 RecordDigester::ids(RecordId id) {
    start("ids\0"sv);
    add_number(id.value);
    return finish();
}

Sum128 RecordDigester::rest(RecordId id, std::span<const std::string_view> pieces) {
    start("rest\0"sv);
    add_number(id.value);
    std::uint64_t length = 0;
    for (const std::string_view piece : pieces) {
        length += piece.size();
    }
    length += pieces.empty() ? 0U : (pieces.size() - 1) * kMask.size();
    add_number(length);
    for (std::size_t i = 0; i < pieces.size(); ++i) {
        if (i != 0) {
            scratch_ += kMask;
        }
        scratch_ += pieces[i];
    }
    return finish();
}

Sum128 RecordDigester::vec(RecordId id, std::span<const float> facen) {
    start("vec\0"sv);
    add_number(id.value);
    add_number(facen.size_bytes());
    scratch_.append(reinterpret_cast<const char*>(facen.data()), facen.size_bytes());
    return finish();
}

Sum128 RecordDigester::bad(std::string_view bytes) {
    start("bad\0"sv);
    add_number(bytes.size());
    scratch_ += bytes;
    return finish();
}

}  // namespace ffdump
