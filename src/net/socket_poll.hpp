// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "socket_ledger.hpp"

#include <curl/curl.h>

#include <array>
#include <cstddef>
#include <cstdint>
#include <span>
#include <sys/epoll.h>
#include <unordered_map>

namespace ffdump {

/// Waits on all sockets of one transport at once, and on a wake-up from other threads. Between two
/// requests libcurl takes its interest in a connection back and renews it a moment later; the
/// kernel hears of it only when something comes meanwhile. All but wake() is for the event loop's
/// thread. `sockets` must outlive it.
class SocketPoll {
 public:
    struct Ready {
        curl_socket_t socket;
        int events;  ///< CURL_CSELECT_*
    };

    explicit SocketPoll(const SocketLedger& sockets);
    ~SocketPoll();
    SocketPoll(const SocketPoll&) = delete;
    SocketPoll& operator=(const SocketPoll&) = delete;

    /// Whether the kernel gave the descriptors it needs; if not, nothing else may be called.
    [[nodiscard]] bool is_open() const noexcept { return epoll_ >= 0 && wake_up_ >= 0; }
    /// Ends the wait that is under way, or the next one. Any thread.
    void wake() const noexcept;
    /// As CURLMOPT_SOCKETFUNCTION: `what` is CURL_POLL_*; false when the kernel refuses.
    [[nodiscard]] bool want(curl_socket_t socket, int what) noexcept;
    /// Sockets on which something can be done; valid until the next call. Negative = no time-out.
    [[nodiscard]] std::span<const Ready> wait(int milliseconds);

 private:
    struct Interest {
        std::uint64_t serial = 0;      ///< 0 = not opened by us, so that its end is not seen
        std::uint32_t wanted = 0;      ///< EPOLL*, by libcurl
        std::uint32_t registered = 0;  ///< with the kernel
    };

    [[nodiscard]] bool tell_kernel(curl_socket_t socket, Interest& interest,
                                   std::uint32_t events) const;

    static constexpr std::size_t kMostAtOnce = 256;

    const SocketLedger& sockets_;
    int epoll_;
    int wake_up_;
    std::unordered_map<curl_socket_t, Interest> interests_;
    std::array<epoll_event, kMostAtOnce> events_{};
    std::array<Ready, kMostAtOnce> ready_{};
};

}  // namespace ffdump
