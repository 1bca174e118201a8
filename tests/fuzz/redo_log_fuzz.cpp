// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "redo_layout.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace ffdump {
namespace {

/// Of an entry: what stands before the image's id, where the numbers are, the hash at the end.
constexpr std::size_t kHeadBytes = 32;
constexpr std::size_t kFloatsAt = 24;
constexpr std::size_t kImageAt = 28;
constexpr std::size_t kHashBytes = 8;

template <class Number>
Number number_at(std::string_view bytes, std::size_t at) {
    Number number = 0;
    std::ranges::copy(bytes.substr(at, sizeof number), reinterpret_cast<char*>(&number));
    return number;
}

std::size_t bytes_of(std::size_t floats, std::size_t image) {
    return kHeadBytes + image + (floats * sizeof(float)) + kHashBytes;
}

/// The entries with hashes that fit, else no change would ever get past them.
std::string mended(std::string_view rest, std::uint64_t seed) {
    std::string out;
    while (rest.size() >= kHeadBytes) {
        const std::size_t floats = number_at<std::uint32_t>(rest, kFloatsAt);
        const std::size_t image = number_at<std::uint32_t>(rest, kImageAt);
        if (image > RedoLog::kMostImageBytes || rest.size() < bytes_of(floats, image)) {
            break;
        }
        Facen facen(floats);
        const std::string_view bytes = rest.substr(kHeadBytes + image, floats * sizeof(float));
        std::ranges::copy(bytes, reinterpret_cast<char*>(facen.data()));
        append_redo_entry(
            out, seed, {number_at<std::uint32_t>(rest, 4), number_at<std::uint64_t>(rest, 8)},
            number_at<std::uint64_t>(rest, 16), rest.substr(kHeadBytes, image), facen);
        rest.remove_prefix(bytes_of(floats, image));
    }
    return out.append(rest);
}

}  // namespace

void fuzz_redo_log(std::string_view input) {
    const bool is_mended = take_choice(input) % 4 != 3;
    const std::uint64_t seed = redo_seed("0123456789abcdef0123456789abcdef");
    const std::string bytes = is_mended ? mended(input, seed) : std::string(input);
    std::string_view rest = bytes;
    RedoEntry entry;
    std::size_t size = 0;
    while (parse_redo_entry(rest, seed, entry, size) == RedoState::whole) {
        must_hold(!entry.facen.empty() && entry.facen.size() <= kMaxDimension,
                  "a facen's length is bounded");
        must_hold(entry.image.size() <= RedoLog::kMostImageBytes, "an image's id is bounded");
        must_hold(size == bytes_of(entry.facen.size(), entry.image.size()) && size <= rest.size(),
                  "an entry is as long as it says");
        std::string again;
        append_redo_entry(again, seed, entry.place, entry.record_id, entry.image, entry.facen);
        must_hold(rest.starts_with(again), "an entry that was read can be written");
        rest.remove_prefix(size);
    }
}

}  // namespace ffdump
