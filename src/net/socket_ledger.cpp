// SPDX-License-Identifier: Apache-2.0
#include "socket_ledger.hpp"

#include <algorithm>
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
        entries_.push_back({made, 0, ++opened_});
    }
    return made;
}

int SocketLedger::close_socket(void* ledger, curl_socket_t socket) noexcept {
    std::erase_if(static_cast<SocketLedger*>(ledger)->entries_,
                  [socket](const Entry& entry) { return entry.socket == socket; });
    return close(socket);
}

std::uint64_t SocketLedger::serial_of(int socket) const {
    const auto entry = std::ranges::find(entries_, socket, &Entry::socket);
    return entry == entries_.end() ? 0 : entry->serial;
}

bool SocketLedger::has_unasked_bytes(int local_port) {
    for (Entry& entry : entries_) {
        entry.port = entry.port == 0 ? local_port_of(entry.socket) : entry.port;
        if (entry.port != local_port) {
            continue;
        }
        pollfd ready{entry.socket, POLLIN, 0};
        if (poll(&ready, 1, 0) > 0) {
            return true;
        }
    }
    return false;
}

}  // namespace ffdump
