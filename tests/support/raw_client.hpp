// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <chrono>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <map>
#include <netinet/in.h>
#include <poll.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <unistd.h>
#include <vector>

namespace ffdump {

/// What came back on a connection.
struct RawAnswer {
    enum class End : unsigned char {
        whole,      ///< all of Content-Length came
        closed,     ///< the peer ended before
        reset,      ///< the peer reset the connection
        timed_out,  ///< nothing more came in time
    };
    End end = End::closed;
    int status = 0;                              ///< 0 = not even a head
    std::map<std::string, std::string> headers;  ///< names as sent
    std::string body;                            ///< as far as it came
};

/// A bare TCP client that sends exactly the bytes it is told to: for what a well-behaved HTTP
/// library would not send, or not show. Throws std::runtime_error when it cannot connect.
class RawClient {
 public:
    /// `patience_ms` is for a whole answer.
    explicit RawClient(std::uint16_t port, int patience_ms = 20000)
        : socket_(socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0)), patience_(patience_ms) {
        sockaddr_in address{};
        address.sin_family = AF_INET;
        address.sin_port = htons(port);
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        if (connect(socket_, reinterpret_cast<const sockaddr*>(&address), sizeof address) != 0) {
            const std::string why = std::strerror(errno);
            close(socket_);
            throw std::runtime_error("connect: " + why);
        }
    }
    ~RawClient() { close(socket_); }
    RawClient(const RawClient&) = delete;
    RawClient& operator=(const RawClient&) = delete;

    /// False when the peer is gone.
    // NOLINTNEXTLINE(readability-make-member-function-const): it changes the connection
    bool send(std::string_view bytes) {
        while (!bytes.empty()) {
            const ssize_t sent = ::send(socket_, bytes.data(), bytes.size(), MSG_NOSIGNAL);
            if (sent <= 0) {
                return false;
            }
            bytes.remove_prefix(static_cast<std::size_t>(sent));
        }
        return true;
    }

    /// No more bytes from this side.
    // NOLINTNEXTLINE(readability-make-member-function-const): it changes the connection
    void finish_sending() { shutdown(socket_, SHUT_WR); }

    /// Reads one answer; `with_body` is false for answers to HEAD and for 100 Continue.
    [[nodiscard]] RawAnswer receive(bool with_body = true) {
        deadline_ = std::chrono::steady_clock::now() + patience_;
        RawAnswer answer;
        std::size_t end = std::string::npos;
        while ((end = pending_.find("\r\n\r\n")) == std::string::npos) {
            if (!read_more(answer)) {
                return answer;
            }
        }
        parse_head(pending_.substr(0, end + 2), answer);
        pending_.erase(0, end + 4);
        const auto length = answer.headers.find("Content-Length");
        const std::size_t wanted =
            with_body && length != answer.headers.end() ? std::stoul(length->second) : 0;
        bool more = true;
        while (more && pending_.size() < wanted) {
            more = read_more(answer);
        }
        answer.body = pending_.substr(0, wanted);
        pending_.erase(0, wanted);
        if (more) {
            answer.end = RawAnswer::End::whole;
        }
        return answer;
    }

    /// One request and its answer.
    [[nodiscard]] RawAnswer ask(std::string_view request) {
        send(request);
        return receive(!request.starts_with("HEAD "));
    }

 private:
    bool read_more(RawAnswer& answer) {
        const auto left = std::chrono::duration_cast<std::chrono::milliseconds>(
            deadline_ - std::chrono::steady_clock::now());
        pollfd waiting{.fd = socket_, .events = POLLIN, .revents = 0};
        if (left.count() <= 0 || poll(&waiting, 1, static_cast<int>(left.count())) == 0) {
            answer.end = RawAnswer::End::timed_out;
            return false;
        }
        std::array<char, 65536> block{};
        // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): no lock is held here
        const ssize_t got = recv(socket_, block.data(), block.size(), 0);
        if (got <= 0) {
            answer.end = got == 0 ? RawAnswer::End::closed : RawAnswer::End::reset;
            return false;
        }
        pending_.append(block.data(), static_cast<std::size_t>(got));
        return true;
    }

    static void parse_head(const std::string& head, RawAnswer& answer) {
        answer.status = std::stoi(head.substr(head.find(' ') + 1));
        for (std::size_t at = head.find("\r\n") + 2; at < head.size();) {
            const std::size_t end = head.find("\r\n", at);
            const std::size_t colon = head.find(": ", at);
            answer.headers[head.substr(at, colon - at)] = head.substr(colon + 2, end - colon - 2);
            at = end + 2;
        }
    }

    int socket_;
    std::chrono::milliseconds patience_;
    std::chrono::steady_clock::time_point deadline_;
    std::string pending_;
};

/// A part of a multipart body; an empty file name makes it a plain field.
struct RawPart {
    std::string name;
    std::string file_name;
    std::string bytes;
};

inline constexpr std::string_view kRawBoundary = "----raw-boundary-7f3a";

[[nodiscard]] inline std::string raw_multipart(const std::vector<RawPart>& parts) {
    std::string body;
    for (const RawPart& part : parts) {
        body += "--" + std::string(kRawBoundary) + "\r\nContent-Disposition: form-data; name=\"" +
                part.name + "\"";
        body += part.file_name.empty() ? "" : "; filename=\"" + part.file_name + "\"";
        body += "\r\n\r\n" + part.bytes + "\r\n";
    }
    return body + "--" + std::string(kRawBoundary) + "--\r\n";
}

/// A whole POST with Content-Length.
[[nodiscard]] inline std::string raw_post(std::string_view path, std::string_view content_type,
                                          std::string_view body) {
    return "POST " + std::string(path) +
           " HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Type: " + std::string(content_type) +
           "\r\nContent-Length: " + std::to_string(body.size()) + "\r\n\r\n" + std::string(body);
}

[[nodiscard]] inline std::string raw_post_multipart(std::string_view path,
                                                    const std::vector<RawPart>& parts) {
    return raw_post(path, "multipart/form-data; boundary=" + std::string(kRawBoundary),
                    raw_multipart(parts));
}

}  // namespace ffdump
