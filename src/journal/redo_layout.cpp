// SPDX-License-Identifier: Apache-2.0
#include "redo_layout.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <array>
#include <bit>
#include <charconv>
#include <cstring>
#include <limits>

namespace ffdump {
namespace {

static_assert(std::endian::native == std::endian::little, "numbers stand as in memory");

constexpr std::string_view kMagic = "FFREDO2\n";
constexpr std::string_view kPrefix = "redo-";
constexpr std::string_view kSuffix = ".log";
constexpr std::uint32_t kEntryMagic = 0x4F444552;  // "REDO"
/// Magic, file, ordinal, record id, number of floats, length of the image's id.
constexpr std::size_t kEntryHead = 32;
constexpr std::size_t kFloatsAt = 24;
constexpr std::size_t kImageAt = 28;

template <class Number>
void append_number(std::string& out, Number number) {
    std::array<char, sizeof(Number)> bytes{};
    std::memcpy(bytes.data(), &number, sizeof(Number));
    out.append(bytes.data(), bytes.size());
}

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number number = 0;
    std::memcpy(&number, bytes.substr(at, sizeof(Number)).data(), sizeof(Number));
    return number;
}

}  // namespace

std::string redo_file_name(std::uint64_t number) {
    return fmt::format("{}{:06}{}", kPrefix, number, kSuffix);
}

std::optional<std::uint64_t> redo_number(std::string_view file_name) {
    if (!file_name.starts_with(kPrefix) || !file_name.ends_with(kSuffix)) {
        return std::nullopt;
    }
    file_name.remove_prefix(kPrefix.size());
    file_name.remove_suffix(kSuffix.size());
    std::uint64_t number = 0;
    const auto [end, error] =
        std::from_chars(file_name.data(), file_name.data() + file_name.size(), number);
    const bool is_number =
        !file_name.empty() && error == std::errc{} && end == file_name.data() + file_name.size();
    // Places hold it in 32 bits; so many commits no run has.
    return is_number && number <= std::numeric_limits<std::uint32_t>::max() ? std::optional(number)
                                                                            : std::nullopt;
}

std::string redo_header(std::string_view run_id) {
    return std::string(kMagic) + std::string(run_id);
}

std::uint64_t redo_seed(std::string_view run_id) {
    return XXH3_64bits(run_id.data(), run_id.size());
}

void append_redo_entry(std::string& out, std::uint64_t seed, const RecordPlace& place,
                       std::uint64_t record_id, std::string_view image, const Facen& facen) {
    const std::size_t begin = out.size();
    if (image.size() > RedoLog::kMostImageBytes) {
        image = {};
    }
    append_number(out, kEntryMagic);
    append_number(out, place.file);
    append_number(out, place.ordinal);
    append_number(out, record_id);
    append_number(out, static_cast<std::uint32_t>(facen.size()));
    append_number(out, static_cast<std::uint32_t>(image.size()));
    out.append(image);
    out.append(reinterpret_cast<const char*>(facen.data()), facen.size() * sizeof(float));
    append_number(out, XXH3_64bits_withSeed(out.data() + begin, out.size() - begin, seed));
}

RedoState parse_redo_entry(std::string_view bytes, std::uint64_t seed, RedoEntry& entry,
                           std::size_t& size) {
    if (bytes.size() < kEntryHead) {
        return RedoState::cut;
    }
    const auto floats = number_at<std::uint32_t>(bytes, kFloatsAt);
    const auto image = number_at<std::uint32_t>(bytes, kImageAt);
    if (number_at<std::uint32_t>(bytes, 0) != kEntryMagic || floats == 0 ||
        floats > kMaxDimension || image > RedoLog::kMostImageBytes) {
        return RedoState::invalid;
    }
    const std::size_t hashed = kEntryHead + image + floats * sizeof(float);
    if (bytes.size() < hashed + sizeof(std::uint64_t)) {
        return RedoState::cut;
    }
    if (number_at<std::uint64_t>(bytes, hashed) !=
        XXH3_64bits_withSeed(bytes.data(), hashed, seed)) {
        return RedoState::invalid;
    }
    entry.place = {number_at<std::uint32_t>(bytes, 4), number_at<std::uint64_t>(bytes, 8)};
    entry.record_id = number_at<std::uint64_t>(bytes, 16);
    entry.image = bytes.substr(kEntryHead, image);
    entry.facen.resize(floats);
    std::memcpy(entry.facen.data(), bytes.substr(kEntryHead + image).data(),
                floats * sizeof(float));
    size = hashed + sizeof(std::uint64_t);
    return RedoState::whole;
}

}  // namespace ffdump
