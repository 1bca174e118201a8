// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_service.hpp"
#include "fault_plan.hpp"
#include "request_log.hpp"
#include "served_folder.hpp"
#include "simulator_options.hpp"
#include "slot_gate.hpp"
#include "wire.hpp"

#include <tl/expected.hpp>

#include <atomic>
#include <chrono>
#include <cstdint>
#include <list>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

namespace ffdump {

/// The double itself: a listening socket on 127.0.0.1 and a thread a connection. One thread starts
/// and stops it.
class SimulatorServer {
 public:
    explicit SimulatorServer(SimulatorOptions options);
    /// Stops.
    ~SimulatorServer();
    SimulatorServer(const SimulatorServer&) = delete;
    SimulatorServer& operator=(const SimulatorServer&) = delete;

    /// Binds, listens and begins to accept; the port, or the sentence of what failed.
    [[nodiscard]] tl::expected<std::uint16_t, std::string> start();
    /// Ends every connection and joins every thread; requests in work get a reset. Idempotent.
    void stop();

 private:
    struct Connection {
        std::unique_ptr<Wire> wire;
        std::thread thread;
        std::atomic<bool> done{false};
    };

    void accept_loop();
    void adopt(int socket);
    void reap(bool all);
    void serve(Wire& wire, std::uint64_t connection);
    [[nodiscard]] bool serve_one(Wire& wire, RequestFacts& facts);
    [[nodiscard]] std::chrono::microseconds age() const;

    SimulatorOptions options_;
    FaultPlan faults_;
    SlotGate gate_;
    ExtractionService extraction_;
    ImageFolder images_;
    RequestLog log_;
    std::chrono::steady_clock::time_point started_ = std::chrono::steady_clock::now();

    int listener_ = -1;
    std::thread acceptor_;
    std::atomic<bool> stopping_{false};
    std::mutex mutex_;  ///< guards connections_
    std::list<Connection> connections_;
    std::uint64_t accepted_ = 0;
};

}  // namespace ffdump
