// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "curl_transfer.hpp"
#include "socket_ledger.hpp"

#include "ffdump/net/http.hpp"

#include <memory>
#include <vector>

namespace ffdump {

/// The transfers of one transport: those under way, and the idle ones, whose handles are used
/// again, posts for posts: those have other options, and libcurl's buffer for what is sent. Neither
/// taking one nor giving it back searches or allocates once there are enough.
/// Belongs to the event loop's thread; `limits` and `sockets` must outlive it.
class TransferPool {
 public:
    TransferPool(const HttpLimits& limits, SocketLedger& sockets)
        : limits_(limits), sockets_(sockets) {}

    /// From now on under way; stays where it is until the pool is cleared.
    [[nodiscard]] CurlTransfer& take(HttpMethod method);
    /// `transfer` is one that is under way.
    void give_back(CurlTransfer& transfer);
    void clear() noexcept;

    /// Those under way; valid until the next take() or give_back().
    [[nodiscard]] const std::vector<std::unique_ptr<CurlTransfer>>& active() const noexcept {
        return active_;
    }

 private:
    [[nodiscard]] std::vector<std::unique_ptr<CurlTransfer>>& idle_for(HttpMethod method) noexcept {
        return method == HttpMethod::post ? idle_posts_ : idle_;
    }

    const HttpLimits& limits_;
    SocketLedger& sockets_;
    std::vector<std::unique_ptr<CurlTransfer>> active_;  ///< each knows its place
    std::vector<std::unique_ptr<CurlTransfer>> idle_;
    std::vector<std::unique_ptr<CurlTransfer>> idle_posts_;
};

}  // namespace ffdump
