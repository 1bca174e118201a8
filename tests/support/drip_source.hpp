// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/byte_source.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <optional>
#include <string_view>

namespace ffdump {

/// Bytes in memory that come `most` at a time, as from a slow pipe. `bytes` must outlive it. Can
/// fail instead of going on after a number of bytes.
class DripSource final : public ByteSource {
 public:
    explicit DripSource(std::string_view bytes, std::size_t most = SIZE_MAX)
        : bytes_(bytes), most_(most) {}

    /// Reading beyond `offset` fails with `source_unreadable`.
    void fail_at(std::size_t offset) { fail_at_ = offset; }
    /// ... the first time.
    void fail_once() { fails_once_ = true; }
    [[nodiscard]] std::size_t read_bytes() const { return at_; }

    Result<std::size_t> read(std::span<char> out) override {
        if (fail_at_ && at_ >= *fail_at_) {
            if (fails_once_) {
                fail_at_.reset();
            }
            return failed(Reason::source_unreadable, "the disk says no");
        }
        const std::size_t end = std::min(bytes_.size(), fail_at_.value_or(bytes_.size()));
        const std::size_t count = std::min({out.size(), most_, end - at_});
        std::memcpy(out.data(), bytes_.data() + at_, count);
        at_ += count;
        return count;
    }
    Result<void> skip(std::uint64_t count) override {
        if (count > bytes_.size() - at_) {
            return failed(Reason::source_changed, "shorter than before");
        }
        at_ += static_cast<std::size_t>(count);
        return {};
    }

 private:
    std::string_view bytes_;
    std::size_t most_;
    std::size_t at_ = 0;
    std::optional<std::size_t> fail_at_;
    bool fails_once_ = false;
};

}  // namespace ffdump
