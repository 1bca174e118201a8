// SPDX-License-Identifier: Apache-2.0
#include "socket_ledger.hpp"

#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ffdump {
namespace {

/// 0 when the socket has none yet.
int local_port_of(int socket) {
    sockaddr_storage address{};
    socklen_t size = sizeof address;
    if (getsockname(socket, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return 0;
    }
    if (address.ss_family == AF_INET) {
        return ntohs(reinterpret_cast<const sockaddr_in*>(&address)->sin_port);
    }
    if (address.ss_family == AF_INET6) {
        return ntohs(reinterpret_cast<const sockaddr_in6*>(&address)->sin6_port);
    }
    return 0;
}

}  // namespace

int SocketLedger::open_socket(const curl_sockaddr& address) {
    const int made = socket(address.family, address.socktype | SOCK_CLOEXEC, address.protocol);
    if (made >= 0) {
        ports_[made] = 0;
    }
    return made;
}

int SocketLedger::close_socket(void* ledger, curl_socket_t socket) noexcept {
    static_cast<SocketLedger*>(ledger)->ports_.erase(socket);
    return close(socket);
}

bool SocketLedger::has_unasked_bytes(int local_port) {
    for (auto& [socket, port] : ports_) {
        port = port == 0 ? local_port_of(socket) : port;
        if (port != local_port) {
            continue;
        }
        pollfd ready{socket, POLLIN, 0};
        if (poll(&ready, 1, 0) > 0) {
            return true;
        }
    }
    return false;
}

}  // namespace ffdump
