// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <array>
#include <atomic>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <list>
#include <memory>
#include <mutex>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>
#include <utility>

namespace ffdump {

/// One accepted connection, in the hands of the script that plays the server. Sends and reads raw
/// bytes, so that a test can break HTTP in any way.
class RawConnection {
 public:
    RawConnection(int socket, std::size_t number) : socket_(socket), number_(number) {}
    ~RawConnection() { close(); }
    RawConnection(const RawConnection&) = delete;
    RawConnection& operator=(const RawConnection&) = delete;

    /// 0 for the first connection of the server.
    [[nodiscard]] std::size_t number() const { return number_; }

    /// Head and body (by Content-Length) of the next request; empty when the client has gone.
    std::string read_request() {
        constexpr std::string_view kEnd = "\r\n\r\n";
        while (buffer_.find(kEnd) == std::string::npos) {
            if (!read_some()) {
                return {};
            }
        }
        const std::size_t size = buffer_.find(kEnd) + kEnd.size() + content_length();
        while (buffer_.size() < size) {
            if (!read_some()) {
                return {};
            }
        }
        std::string request = buffer_.substr(0, size);
        buffer_.erase(0, size);
        return request;
    }

    /// False when the client has gone.
    // NOLINTNEXTLINE(readability-make-member-function-const): it changes the connection
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t count = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (count <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
        return true;
    }

    /// "HTTP/1.1 STATUS" with a Content-Length and `headers` (each line with its line end).
    bool answer(int status, std::string_view body, std::string_view headers = {}) {
        std::string text = "HTTP/1.1 " + std::to_string(status) + " X\r\n";
        text += "Content-Length: " + std::to_string(body.size()) + "\r\n";
        text.append(headers).append("\r\n").append(body);
        return send(text);
    }

    /// Ends the connection with RST.
    void reset() {
        const linger at_once{1, 0};
        setsockopt(socket_, SOL_SOCKET, SO_LINGER, &at_once, sizeof at_once);
        close();
    }
    void close() {
        const std::lock_guard lock(closing_);
        if (socket_ >= 0) {
            ::close(std::exchange(socket_, -1));
        }
    }
    /// From another thread: ends whatever the script waits for.
    void interrupt() {
        const std::lock_guard lock(closing_);
        if (socket_ >= 0) {
            shutdown(socket_, SHUT_RDWR);
        }
    }
    /// Carries bytes both ways between the client and a port of this machine until either closes.
    void relay_to(int port) {
        const int other = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        address.sin_port = htons(static_cast<std::uint16_t>(port));
        bool goes_on = connect(other, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0 &&
                       send("HTTP/1.1 200 Connection established\r\n\r\n");
        while (goes_on) {
            std::array<pollfd, 2> ready{{{socket_, POLLIN, 0}, {other, POLLIN, 0}}};
            poll(ready.data(), ready.size(), -1);
            for (std::size_t i = 0; i < ready.size() && goes_on; ++i) {
                goes_on = ready[i].revents == 0 || carry(ready[i].fd, ready[1 - i].fd);
            }
        }
        ::close(other);
    }
    /// Blocks until the client or the server's end closes the connection.
    void hang() {
        while (read_some()) {
        }
    }
    /// True when the client went away within `milliseconds`.
    bool is_gone_within(int milliseconds) {
        pollfd ready{socket_, POLLIN, 0};
        return poll(&ready, 1, milliseconds) > 0 && !read_some();
    }

 private:
    bool read_some() {
        std::array<char, 65536> bytes{};
        const ssize_t count = recv(socket_, bytes.data(), bytes.size(), 0);
        if (count <= 0) {
            return false;
        }
        buffer_.append(bytes.data(), static_cast<std::size_t>(count));
        return true;
    }
    static bool carry(int from, int to) {
        std::array<char, 65536> bytes{};
        const ssize_t count = recv(from, bytes.data(), bytes.size(), 0);
        return count > 0 &&
               ::send(to, bytes.data(), static_cast<std::size_t>(count), MSG_NOSIGNAL) == count;
    }
    [[nodiscard]] std::size_t content_length() const {
        constexpr std::string_view kName = "\r\nContent-Length: ";
        const std::size_t at = buffer_.find(kName);
        const bool is_in_head = at != std::string::npos && at < buffer_.find("\r\n\r\n");
        return is_in_head ? std::stoul(buffer_.substr(at + kName.size())) : 0;
    }

    std::mutex closing_;
    int socket_;
    std::size_t number_;
    std::string buffer_;
};

/// A server on 127.0.0.1 that runs `script` on a thread of its own for each connection. The
/// destructor ends scripts that hang by shutting their connections down.
class RawHttpServer {
 public:
    using Script = std::function<void(RawConnection&)>;

    explicit RawHttpServer(Script script)
        : script_(std::move(script)), listener_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        if (bind(listener_, reinterpret_cast<sockaddr*>(&address), size) != 0 ||
            listen(listener_, 512) != 0 ||
            getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
            throw std::runtime_error("the test's server cannot listen");
        }
        port_ = ntohs(address.sin_port);
        acceptor_ = std::thread([this] { accept_all(); });
    }

    ~RawHttpServer() {
        stopping_ = true;
        shutdown(listener_, SHUT_RDWR);
        acceptor_.join();
        ::close(listener_);
        for (Player& player : players_) {  // no lock: the acceptor has ended
            player.connection->interrupt();
        }
        for (Player& player : players_) {
            player.thread.join();
        }
    }
    RawHttpServer(const RawHttpServer&) = delete;
    RawHttpServer& operator=(const RawHttpServer&) = delete;

    [[nodiscard]] int port() const { return port_; }
    /// "http://127.0.0.1:PORT" + path
    [[nodiscard]] std::string url(std::string_view path = "/") const {
        return "http://127.0.0.1:" + std::to_string(port_) + std::string(path);
    }
    [[nodiscard]] std::size_t accepted() const { return accepted_; }

 private:
    struct Player {
        std::unique_ptr<RawConnection> connection;
        std::thread thread;
    };

    void accept_all() {
        while (!stopping_) {
            const int made = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
            if (made < 0) {
                continue;
            }
            const std::size_t number = accepted_++;
            const std::lock_guard lock(mutex_);
            Player& player = players_.emplace_back();
            player.connection = std::make_unique<RawConnection>(made, number);
            player.thread = std::thread([this, connection = player.connection.get()] {
                script_(*connection);
                connection->close();
            });
        }
    }

    Script script_;
    int listener_;
    int port_ = 0;
    std::atomic<bool> stopping_{false};
    std::atomic<std::size_t> accepted_{0};
    std::mutex mutex_;
    std::list<Player> players_;
    std::thread acceptor_;
};

}  // namespace ffdump
