// SPDX-License-Identifier: Apache-2.0
#include "hashed_source.hpp"

#include <algorithm>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 256U << 10U;

}  // namespace

Result<std::size_t> HashedSource::read(std::span<char> out) {
    Result<std::size_t> got = inner_.read(out);
    if (got) {
        if (digest_) {
            digest_({out.data(), *got});
        }
        bytes_ += *got;
    }
    return got;
}

Result<void> HashedSource::skip(std::uint64_t count) {
    std::vector<char> chunk(static_cast<std::size_t>(std::min<std::uint64_t>(count, kChunkBytes)));
    while (count != 0) {
        const std::size_t wanted = static_cast<std::size_t>(
            std::min<std::uint64_t>(count, static_cast<std::uint64_t>(chunk.size())));
        Result<std::size_t> got = read({chunk.data(), wanted});
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            return failed(Reason::source_changed, "the file ends early");
        }
        count -= *got;
    }
    return {};
}

Result<void> HashedSource::drain() {
    std::vector<char> chunk(kChunkBytes);
    for (;;) {
        Result<std::size_t> got = read(chunk);
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            return {};
        }
    }
}

}  // namespace ffdump
