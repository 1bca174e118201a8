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

struct Unpacked {
    std::string bytes;
    std::string error;
    friend bool operator==(const Unpacked&, const Unpacked&) = default;
};

/// What is unpacked, the beginning of it where it is long: bombs are slow.
Unpacked unpacked(std::string_view packed, Compression::Kind kind, std::size_t piece) {
    constexpr std::size_t kMost = std::size_t{64} << 10U;
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
            result.error = count.error().one_line();
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

}  // namespace

void fuzz_unpacking(std::string_view input) {
    for (const Compression::Kind kind : {Compression::Kind::zstd, Compression::Kind::gzip}) {
        if (compression_of(input) != kind && input.size() % 16 != 0) {
            continue;  // most inputs go to the one that they are for
        }
        must_hold(unpacked(input, kind, 4096) == unpacked(input, kind, 61),
                  "how much is read at once changes nothing");
    }
}

}  // namespace ffdump
