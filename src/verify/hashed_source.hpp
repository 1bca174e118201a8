// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/byte_source.hpp"

#include <atomic>
#include <cstdint>
#include <functional>
#include <utility>

namespace ffdump {

/// Shows every byte that passes to a digest, so that a file is read once for records and checksum.
/// An empty digest is shown nothing. `inner` must outlive it.
class HashedSource final : public ByteSource {
 public:
    using Digest = std::function<void(std::string_view)>;

    HashedSource(ByteSource& inner, Digest digest) : inner_(inner), digest_(std::move(digest)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override;
    [[nodiscard]] Result<void> skip(std::uint64_t count) override;
    /// Reads to the end what nobody asked for.
    [[nodiscard]] Result<void> drain();
    /// Any thread may ask.
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_.load(); }

 private:
    ByteSource& inner_;
    Digest digest_;
    std::atomic<std::uint64_t> bytes_ = 0;
};

}  // namespace ffdump
