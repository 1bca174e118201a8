// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/byte_source.hpp"

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Copies, as read(2) would: the source's own cost is the same on both sides.
class CopyingSource final : public ByteSource {
 public:
    explicit CopyingSource(std::string_view bytes) : bytes_(bytes) {}
    Result<std::size_t> read(std::span<char> out) override {
        const std::size_t count = std::min(out.size(), bytes_.size());
        std::memcpy(out.data(), bytes_.data(), count);
        bytes_.remove_prefix(count);
        return count;
    }
    Result<void> skip(std::uint64_t count) override {
        bytes_.remove_prefix(static_cast<std::size_t>(count));
        return {};
    }

 private:
    std::string_view bytes_;
};

/// `result` is what work() gives: what both sides must agree on, so that none can be optimised
/// away or be wrong.
template <class Outcome, class Work>
double megabytes_a_second(const std::string& dump, Outcome& result, const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    result = work();
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - begin;
    return static_cast<double>(dump.size()) / 1e6 / took.count();
}

/// The program's argument number `i`, when it is there and not zero.
[[nodiscard]] inline std::size_t number_or(int argc, char** argv, int i, std::size_t otherwise) {
    const unsigned long number = argc > i ? std::strtoul(argv[i], nullptr, 10) : 0;
    return number == 0 ? otherwise : number;
}

[[nodiscard]] inline double median(std::vector<double> values) {
    std::ranges::sort(values);
    return values[values.size() / 2];
}

}  // namespace ffdump
