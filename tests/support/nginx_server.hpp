// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child_process.hpp"
#include "file_changes.hpp"
#include "http_put.hpp"
#include "program_path.hpp"
#include "scratch_folder.hpp"
#include "test_authority.hpp"

#include <arpa/inet.h>
#include <chrono>
#include <memory>
#include <netinet/in.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace ffdump {

/// A port of 127.0.0.1 that nobody listened on a moment ago.
[[nodiscard]] inline int free_port() {
    const int listener = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    const bool bound = bind(listener, reinterpret_cast<sockaddr*>(&address), size) == 0 &&
                       getsockname(listener, reinterpret_cast<sockaddr*>(&address), &size) == 0;
    close(listener);
    if (!bound) {
        throw std::runtime_error("no free port");
    }
    return ntohs(address.sin_port);
}

/// Whether somebody listens on a port of 127.0.0.1.
[[nodiscard]] inline bool is_listening(int port) {
    const int client = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    address.sin_port = htons(static_cast<std::uint16_t>(port));
    const bool connected =
        connect(client, reinterpret_cast<sockaddr*>(&address), sizeof address) == 0;
    close(client);
    return connected;
}

/// nginx with its DAV module, set up as findface-upload is: PUT and GET below /uploads/, 403 on the
/// folder itself. /private/ is the same folder behind Basic; over TLS with HTTP/2 there is the
/// server with a certificate of TestAuthority, and another that wants one of its clients.
class NginxServer {
 public:
    NginxServer() {
        constexpr int kTries = 5;
        for (int i = 0; i < kTries && !start(); ++i) {
        }
        if (!child_) {
            throw std::runtime_error("nginx did not start (.ci/install-deps --tests installs it)");
        }
    }

    [[nodiscard]] std::string origin() const {
        return "http://127.0.0.1:" + std::to_string(plain_);
    }
    [[nodiscard]] std::string upload_url() const { return origin() + "/uploads/"; }
    [[nodiscard]] std::string private_url() const { return origin() + "/private/"; }
    [[nodiscard]] std::string tls_url() const {
        return "https://127.0.0.1:" + std::to_string(tls_) + "/uploads/";
    }
    [[nodiscard]] std::string client_tls_url() const {
        return "https://127.0.0.1:" + std::to_string(client_tls_) + "/uploads/";
    }
    [[nodiscard]] const TestAuthority& authority() const noexcept { return authority_; }
    [[nodiscard]] static std::string user() { return "reader"; }
    [[nodiscard]] const std::string& password() const noexcept { return password_; }
    /// Lines "PROTOCOL STATUS URI" of what was asked over TLS.
    /// Whether its log of requests over TLS has these words, which it may write after its answer.
    [[nodiscard]] bool logs_tls(std::string_view words) const {
        const std::string path = folder_.at("logs/tls.log");
        const FileChanges changes(path);
        while (file_bytes(path).find(words) == std::string::npos) {
            if (!changes.wait(std::chrono::seconds(30))) {
                return false;
            }
        }
        return true;
    }

    /// As FindFace stores an image: `path` percent-encoded below /uploads/.
    void put(const std::string& path, std::string_view bytes) const {
        http_put(upload_url() + path, bytes);
    }
    /// The uploads folder on disk, for many files at once.
    [[nodiscard]] std::string uploads() const { return folder_.at("uploads"); }

 private:
    [[nodiscard]] std::string configuration() const {
        std::string text = geteuid() == 0 ? "user root;\n" : "";
        text +=
            "daemon off; master_process off; worker_processes 1; pid tmp/nginx.pid;\n"
            "error_log logs/error.log; events {}\n"
            "http { client_body_temp_path tmp/b; proxy_temp_path tmp/p;\n"
            "fastcgi_temp_path tmp/f; uwsgi_temp_path tmp/u; scgi_temp_path tmp/s;\n"
            "access_log off; keepalive_requests 1000000; client_max_body_size 64m;\n"
            "log_format short '$server_protocol $status $uri';\n";
        const std::string dav =
            "dav_methods PUT DELETE MKCOL COPY MOVE; create_full_put_path on; "
            "dav_access user:rw group:r all:r;";
        const auto listen = [](int port) { return "listen 127.0.0.1:" + std::to_string(port); };
        text += "server { " + listen(plain_) + "; root " + folder_.text() + ";\n";
        text += "location /uploads/ { " + dav + " }\n";
        text += "location /private/ { alias " + uploads() +
                "/; auth_basic faces; "
                "auth_basic_user_file " +
                folder_.at("users") + "; }\n";
        text += "location /moved/ { return 302 /uploads/; }\n";
        text += "location /loop/ { return 302 /loop/again.png; } }\n";
        const std::string tls = "; root " + folder_.text() +
                                "; access_log logs/tls.log short;\n"
                                "ssl_certificate " +
                                authority_.certificate("server") + "; ssl_certificate_key " +
                                authority_.key("server") + ";\n";
        text += "server { " + listen(tls_) + " ssl http2" + tls + " location /uploads/ {} }\n";
        text += "server { " + listen(client_tls_) + " ssl" + tls + " ssl_verify_client on; " +
                "ssl_client_certificate " + authority_.ca() + "; location /uploads/ {} } }\n";
        return text;
    }

    bool start() {
        plain_ = free_port();
        tls_ = free_port();
        client_tls_ = free_port();
        for (const char* const name : {"logs", "tmp", "uploads"}) {
            std::filesystem::create_directories(folder_.at(name));
        }
        folder_.write("users", user() + ":{PLAIN}" + password_ + "\n");
        const std::string file = folder_.write("nginx.conf", configuration());
        child_ = std::make_unique<ChildProcess>(ChildCommand{
            program_path("nginx"), {"-p", folder_.text() + "/", "-c", file}, {}, {}, {}});
        const auto end = std::chrono::steady_clock::now() + std::chrono::seconds(10);
        while (!is_listening(client_tls_)) {
            const bool ended = child_->wait(std::chrono::milliseconds(5)).has_value();
            if (ended || std::chrono::steady_clock::now() > end) {
                child_.reset();
                return false;
            }
        }
        return true;
    }

    ScratchFolder folder_;
    TestAuthority authority_;
    std::string password_ = "pw-" + std::to_string(getpid());
    int plain_ = 0;
    int tls_ = 0;
    int client_tls_ = 0;
    std::unique_ptr<ChildProcess> child_;
};

}  // namespace ffdump
