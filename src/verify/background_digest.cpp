// SPDX-License-Identifier: Apache-2.0
#include "background_digest.hpp"

#include <cstddef>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunks = 8;
constexpr std::size_t kBytesBehind = 4U << 20U;  ///< a chunk is what was read at once

}  // namespace

BackgroundDigest::BackgroundDigest() : relay_(kChunks, kBytesBehind) {}

BackgroundDigest::~BackgroundDigest() {
    relay_.end();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void BackgroundDigest::run() {
    while (std::optional<std::string> chunk = relay_.take_full()) {
        sha256_.add(*chunk);
        if (chunk->capacity() > kBytesBehind) {
            *chunk = {};
        }
        relay_.give_back(std::move(*chunk));
    }
}

void BackgroundDigest::add(std::string_view bytes) {
    if (bytes.empty()) {
        return;
    }
    if (std::exchange(is_first_, false)) {
        sha256_.add(bytes);
        return;
    }
    if (!thread_.joinable()) {
        thread_ = std::thread([this] { run(); });
    }
    if (std::optional<std::string> chunk = relay_.take_empty()) {
        chunk->assign(bytes);
        relay_.hand_over(std::move(*chunk), bytes.size());
    }
}

std::string BackgroundDigest::hex() {
    relay_.end();
    if (thread_.joinable()) {
        thread_.join();
    }
    return sha256_.hex();
}

}  // namespace ffdump
