// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "support/drip_source.hpp"

#include "ffdump/io/compression.hpp"

#include <algorithm>
#include <array>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {
namespace {

/// Of what is unpacked; the beginning where it is longer: bombs are slow.
constexpr std::size_t kMost = std::size_t{64} << 10U;

struct Unpacked {
    std::string bytes;
    bool is_damaged = false;
};

Unpacked unpacked(std::string_view packed, Compression::Kind kind, std::size_t piece) {
    DripSource source(packed, piece);
    const auto bytes = make_unpacking_source(source, kind, "dump");
    Unpacked result;
    std::array<char, 4096> out{};
    while (result.bytes.size() < kMost) {
        const std::size_t wanted = std::min({out.size(), piece, kMost - result.bytes.size()});
        const Result<std::size_t> count = bytes->read(std::span(out).first(wanted));
        if (!count) {
            must_hold(count.error().reason() == Reason::source_unreadable,
                      "packed bytes are judged");
            result.is_damaged = true;
            break;
        }
        must_hold(*count <= wanted, "no more is given than there is room for");
        if (*count == 0) {
            break;
        }
        result.bytes.append(out.data(), *count);
    }
    return result;
}

/// Of a damaged frame, smaller reads give more before they tell it; nothing else may differ.
void hold_same(const Unpacked& a, const Unpacked& b) {
    must_hold(a.bytes.starts_with(b.bytes) || b.bytes.starts_with(a.bytes),
              "how much is read at once does not change what is there");
    const bool is_whole = std::max(a.bytes.size(), b.bytes.size()) < kMost;
    must_hold(!is_whole || a.is_damaged == b.is_damaged, "damage is told, or is none");
    must_hold(a.is_damaged || b.is_damaged || a.bytes == b.bytes,
              "how much is read at once does not change how much is there");
}

}  // namespace

void fuzz_unpacking(std::string_view input) {
    for (const Compression::Kind kind : {Compression::Kind::zstd, Compression::Kind::gzip}) {
        if (compression_of(input) != kind && input.size() % 16 != 0) {
            continue;  // most inputs go to the one that they are for
        }
        hold_same(unpacked(input, kind, 4096), unpacked(input, kind, 61));
    }
}

}  // namespace ffdump
