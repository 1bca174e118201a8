// SPDX-License-Identifier: Apache-2.0
#include "simulator_server.hpp"

#include "wire_request.hpp"

#include <fmt/format.h>

#include <arpa/inet.h>
#include <cerrno>
#include <cstring>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace ffdump {

namespace {

constexpr int kBacklog = 1024;

std::string failure(std::string_view what) {
    return fmt::format("{}: {}", what, std::strerror(errno));
}

}  // namespace

SimulatorServer::SimulatorServer(SimulatorOptions options)
    : options_(std::move(options)),
      faults_(options_.faults, options_.seed),
      gate_(options_.slots,
            options_.saturates_softly ? SlotGate::Saturation::soft : SlotGate::Saturation::hard),
      extraction_(options_, faults_, gate_),
      images_(options_.images, faults_),
      log_(options_.log) {}

SimulatorServer::~SimulatorServer() {
    stop();
}

tl::expected<std::uint16_t, std::string> SimulatorServer::start() {
    if (!log_.is_good()) {
        return tl::unexpected(failure("cannot open the log " + options_.log));
    }
    listener_ = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    const int yes = 1;
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(options_.port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t size = sizeof address;
    auto* generic = reinterpret_cast<sockaddr*>(&address);
    if (listener_ < 0 || setsockopt(listener_, SOL_SOCKET, SO_REUSEADDR, &yes, sizeof yes) != 0 ||
        bind(listener_, generic, size) != 0 || listen(listener_, kBacklog) != 0 ||
        getsockname(listener_, generic, &size) != 0) {
        return tl::unexpected(failure(fmt::format("cannot listen on 127.0.0.1:{}", options_.port)));
    }
    acceptor_ = std::thread([this] { accept_loop(); });
    return ntohs(address.sin_port);
}

void SimulatorServer::stop() {
    stopping_ = true;
    gate_.stop();
    if (listener_ >= 0) {
        shutdown(listener_, SHUT_RDWR);
    }
    if (acceptor_.joinable()) {
        acceptor_.join();
    }
    reap(true);
    if (listener_ >= 0) {
        close(listener_);
        listener_ = -1;
    }
}

void SimulatorServer::accept_loop() {
    while (!stopping_) {
        const int socket = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
        if (socket >= 0) {
            reap(false);
            adopt(socket);
        } else if (errno == EMFILE || errno == ENFILE || errno == ENOMEM) {
            static_cast<void>(gate_.pause(std::chrono::milliseconds(10)));
        } else if (errno == EINVAL || errno == EBADF) {
            return;  // shut down
        }
    }
}

void SimulatorServer::adopt(int socket) {
    const int yes = 1;
    setsockopt(socket, IPPROTO_TCP, TCP_NODELAY, &yes, sizeof yes);
    const std::lock_guard lock(mutex_);
    Connection& connection = connections_.emplace_back();
    connection.wire = std::make_unique<Wire>(socket);
    const std::uint64_t number = ++accepted_;
    connection.thread = std::thread([this, &connection, number] {
        serve(*connection.wire, number);
        connection.done = true;
    });
}

void SimulatorServer::reap(bool all) {
    std::list<Connection> ended;
    {
        const std::lock_guard lock(mutex_);
        for (auto it = connections_.begin(); it != connections_.end();) {
            const auto next = std::next(it);
            if (all) {
                it->wire->interrupt();
            }
            if (all || it->done) {
                ended.splice(ended.end(), connections_, it);
            }
            it = next;
        }
    }
    for (Connection& connection : ended) {
        connection.thread.join();
    }
}

void SimulatorServer::serve(Wire& wire, std::uint64_t connection) {
    RequestFacts fresh;
    fresh.connection = connection;
    fresh.peer_port = wire.peer_port();
    bool more = true;
    while (more && !stopping_) {
        RequestFacts facts = fresh;
        facts.on_connection = ++fresh.on_connection;
        more = serve_one(wire, facts);
    }
}

bool SimulatorServer::serve_one(Wire& wire, RequestFacts& facts) {
    const auto request = read_request(wire, options_.max_body_bytes);
    facts.came = age();
    WireAnswer answer;
    std::size_t bytes = 0;
    if (!request) {
        if (stopping_) {
            return false;
        }
        facts.error = request.error().text;
        answer = refusal_answer(request.error().status, request.error().text);
        answer.close = true;
    } else if (!*request) {
        return false;
    } else {
        const WireRequest& good = **request;
        facts.method = good.method;
        facts.path = good.target;
        facts.body_bytes = good.body.size();
        answer = ImageFolder::owns(good.path) ? images_.answer(good, facts)
                                              : extraction_.answer(good, facts);
        answer.close = answer.close || !good.keep_alive;
        bytes = good.bytes;
    }
    const bool unanswered = answer.ending == Ending::silence ||
                            answer.ending == Ending::reset_first ||
                            answer.ending == Ending::close_first;
    facts.status = unanswered ? 0 : answer.status;
    facts.decided = age();
    log_.write(facts);
    wire.consume(bytes);
    return deliver(wire, answer, gate_);
}

std::chrono::microseconds SimulatorServer::age() const {
    return std::chrono::duration_cast<std::chrono::microseconds>(std::chrono::steady_clock::now() -
                                                                 started_);
}

}  // namespace ffdump
