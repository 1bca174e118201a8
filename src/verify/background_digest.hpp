// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/relay.hpp"
#include "ffdump/io/sha256.hpp"

#include <string>
#include <string_view>
#include <thread>

namespace ffdump {

/// SHA-256 on a thread of its own, a few chunks behind: a file is read faster than it is hashed.
/// The first chunk is hashed at once, so that a small file needs no thread. add() may be called on
/// another thread than the rest, by one at a time.
class BackgroundDigest {
 public:
    BackgroundDigest();
    ~BackgroundDigest();
    BackgroundDigest(const BackgroundDigest&) = delete;
    BackgroundDigest& operator=(const BackgroundDigest&) = delete;

    /// Copies the bytes; waits while the hash is too far behind.
    void add(std::string_view bytes);
    /// Of all that was added: 64 hex digits. Once.
    [[nodiscard]] std::string hex();

 private:
    void run();

    Sha256 sha256_;
    Relay<std::string> relay_;
    bool is_first_ = true;
    std::thread thread_;
};

}  // namespace ffdump
