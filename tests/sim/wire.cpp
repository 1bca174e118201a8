// SPDX-License-Identifier: Apache-2.0
#include "wire.hpp"

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstring>
#include <netinet/in.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ffdump {

namespace {

constexpr std::size_t kFirstBuffer = std::size_t{64} << 10U;
constexpr std::chrono::seconds kDrainTime{2};

}  // namespace

Wire::~Wire() {
    close_socket();
}

std::string_view Wire::pending() const noexcept {
    return {buffer_.data() + begin_, end_ - begin_};
}

bool Wire::need(std::size_t bytes) {
    if (end_ - begin_ >= bytes) {
        return true;
    }
    if (begin_ > 0) {
        std::memmove(buffer_.data(), buffer_.data() + begin_, end_ - begin_);
        end_ -= begin_;
        begin_ = 0;
    }
    if (buffer_.size() < bytes) {
        buffer_.resize(std::max({bytes, buffer_.size() * 2, kFirstBuffer}));
    }
    while (end_ < bytes) {
        const ssize_t got = recv(socket_, buffer_.data() + end_, buffer_.size() - end_, 0);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        end_ += static_cast<std::size_t>(got);
    }
    return true;
}

void Wire::consume(std::size_t bytes) noexcept {
    begin_ += std::min(bytes, end_ - begin_);
    if (begin_ == end_) {
        begin_ = 0;
        end_ = 0;
    }
}

// They change the connection, though no member: const would say too much to callers.
// NOLINTBEGIN(readability-make-member-function-const)
bool Wire::write(std::string_view bytes) {
    while (!bytes.empty()) {
        const ssize_t sent = send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
        if (sent < 0 && errno == EINTR) {
            continue;
        }
        if (sent <= 0) {
            return false;
        }
        bytes.remove_prefix(static_cast<std::size_t>(sent));
    }
    return true;
}

void Wire::wait_until_gone() {
    std::array<char, 4096> waste{};
    while (true) {
        const ssize_t got = recv(socket_, waste.data(), waste.size(), 0);
        if (got == 0 || (got < 0 && errno != EINTR)) {
            return;
        }
    }
}

// NOLINTEND(readability-make-member-function-const)

void Wire::reset() {
    const linger at_once{.l_onoff = 1, .l_linger = 0};
    setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
    close_socket();
}

void Wire::finish() {
    shutdown(socket_, SHUT_WR);
    const auto deadline = std::chrono::steady_clock::now() + kDrainTime;
    std::array<char, 16384> waste{};
    while (true) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline - std::chrono::steady_clock::now());
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) <= 0 ||
            recv(socket_, waste.data(), waste.size(), 0) <= 0) {
            break;
        }
    }
    close_socket();
}

void Wire::interrupt() {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) {
        shutdown(socket_, SHUT_RDWR);
    }
}

unsigned Wire::peer_port() const {
    sockaddr_in address{};
    socklen_t size = sizeof address;
    if (getpeername(socket_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
        return 0;
    }
    return ntohs(address.sin_port);
}

void Wire::close_socket() {
    const std::lock_guard lock(mutex_);
    if (socket_ >= 0) {
        close(socket_);
        socket_ = -1;
    }
}

}  // namespace ffdump
