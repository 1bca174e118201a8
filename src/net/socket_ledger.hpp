// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <cstdint>
#include <vector>

namespace ffdump {

/// The open sockets of one transport. libcurl 7.88 reuses a connection on which bytes wait that
/// nobody asked for, and would take them for the answer to the next request; it names the
/// connection it is about to use by its local port only. Belongs to the event loop's thread and
/// must outlive libcurl's multi handle, which closes connections.
class SocketLedger {
 public:
    /// As socket(2): -1 and errno when there is none.
    [[nodiscard]] int open_socket(const curl_sockaddr& address);
    /// CURLOPT_CLOSESOCKETFUNCTION; `ledger` is a SocketLedger.
    static int close_socket(void* ledger, curl_socket_t socket) noexcept;

    /// Another one for each socket, though descriptors come again; 0 = not opened here, or closed.
    [[nodiscard]] std::uint64_t serial_of(int socket) const;
    /// Whether bytes, or the end of the stream, wait on the connection from `local_port`.
    [[nodiscard]] bool has_unasked_bytes(int local_port);

 private:
    struct Entry {
        int socket = -1;
        int port = 0;  ///< 0 = not asked for yet
        std::uint64_t serial = 0;
    };

    std::uint64_t opened_ = 0;
    /// Not by port: two connections to different addresses may come from the same one.
    std::vector<Entry> entries_;
};

}  // namespace ffdump
