// SPDX-License-Identifier: Apache-2.0
#include "socket_poll.hpp"

#include <algorithm>
#include <cerrno>
#include <new>
#include <sys/eventfd.h>
#include <unistd.h>

namespace ffdump {
namespace {

std::uint32_t epoll_events(int what) {
    switch (what) {
        case CURL_POLL_IN:
            return EPOLLIN;
        case CURL_POLL_OUT:
            return EPOLLOUT;
        case CURL_POLL_INOUT:
            return EPOLLIN | EPOLLOUT;
        default:
            return 0;
    }
}

int curl_events(std::uint32_t events) {
    int made = 0;
    if ((events & (EPOLLIN | EPOLLHUP | EPOLLRDHUP)) != 0) {
        made |= CURL_CSELECT_IN;
    }
    if ((events & EPOLLOUT) != 0) {
        made |= CURL_CSELECT_OUT;
    }
    if ((events & EPOLLERR) != 0) {
        made |= CURL_CSELECT_ERR;
    }
    return made;
}

}  // namespace

SocketPoll::SocketPoll(const SocketLedger& sockets)
    : sockets_(sockets),
      epoll_(epoll_create1(EPOLL_CLOEXEC)),
      wake_up_(eventfd(0, EFD_CLOEXEC | EFD_NONBLOCK)) {
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = wake_up_;
    if (is_open() && epoll_ctl(epoll_, EPOLL_CTL_ADD, wake_up_, &event) != 0) {
        close(wake_up_);
        wake_up_ = -1;
    }
}

SocketPoll::~SocketPoll() {
    for (const int descriptor : {epoll_, wake_up_}) {
        if (descriptor >= 0) {
            close(descriptor);
        }
    }
}

void SocketPoll::wake() const noexcept {
    const std::uint64_t one = 1;
    // It fails only when the count is full, and then the loop will wake up all the same.
    [[maybe_unused]] const ssize_t written = write(wake_up_, &one, sizeof one);
}

bool SocketPoll::want(curl_socket_t socket, int what) noexcept {
    try {
        Interest& interest = interests_[socket];
        const std::uint64_t serial = sockets_.serial_of(socket);
        if (interest.serial != serial) {
            interest = {serial, 0, 0};  // the number of a socket that was closed
        }
        interest.wanted = epoll_events(what);
        if (serial == 0 && interest.wanted == 0) {
            const bool told = tell_kernel(socket, interest, 0);
            interests_.erase(socket);
            return told;
        }
        return interest.wanted == 0 || interest.wanted == interest.registered ||
               tell_kernel(socket, interest, interest.wanted);
    } catch (const std::bad_alloc&) {
        return false;
    }
}

bool SocketPoll::tell_kernel(curl_socket_t socket, Interest& interest, std::uint32_t events) const {
    epoll_event event{};
    event.events = events;
    event.data.fd = socket;
    if (events == 0) {
        interest.registered = 0;
        // Closing a socket has taken it out already.
        return epoll_ctl(epoll_, EPOLL_CTL_DEL, socket, &event) == 0 || errno == ENOENT ||
               errno == EBADF;
    }
    const bool is_known = interest.registered != 0;
    interest.registered = events;
    if (epoll_ctl(epoll_, is_known ? EPOLL_CTL_MOD : EPOLL_CTL_ADD, socket, &event) == 0) {
        return true;
    }
    return (errno == ENOENT && epoll_ctl(epoll_, EPOLL_CTL_ADD, socket, &event) == 0) ||
           (errno == EEXIST && epoll_ctl(epoll_, EPOLL_CTL_MOD, socket, &event) == 0);
}

std::span<const SocketPoll::Ready> SocketPoll::wait(int milliseconds) {
    const int count =
        epoll_wait(epoll_, events_.data(), static_cast<int>(events_.size()), milliseconds);
    std::size_t ready = 0;
    for (std::size_t i = 0; i < static_cast<std::size_t>(std::max(count, 0)); ++i) {
        const int socket = events_[i].data.fd;  // NOLINT(cppcoreguidelines-pro-type-union-access)
        if (socket == wake_up_) {
            std::uint64_t ignored = 0;
            [[maybe_unused]] const ssize_t taken = read(wake_up_, &ignored, sizeof ignored);
            continue;
        }
        const auto found = interests_.find(socket);
        if (found == interests_.end()) {
            continue;
        }
        if (found->second.wanted == 0) {
            // Bytes nobody asked for, or the end of an idle connection: libcurl looks for both
            // before it uses one again.
            static_cast<void>(tell_kernel(socket, found->second, 0));
            continue;
        }
        ready_[ready++] = {socket, curl_events(events_[i].events)};
    }
    return {ready_.data(), ready};
}

}  // namespace ffdump
