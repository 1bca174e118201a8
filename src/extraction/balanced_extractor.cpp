// SPDX-License-Identifier: Apache-2.0
#include "balanced_extractor.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

BalancedExtractor::BalancedExtractor(std::vector<std::unique_ptr<Extractor>> servers,
                                     const GateFigures& figures, const Clock& clock,
                                     std::uint64_t seed)
    : clock_(clock) {
    for (std::unique_ptr<Extractor>& server : servers) {
        servers_.push_back({std::move(server), ServiceGate(figures, Random(seed++))});
    }
}

void BalancedExtractor::extract(const ExtractionTarget& target, std::vector<SharedBytes> images,
                                BatchDone done) {
    extract_by(next_server(), target, std::move(images), std::move(done));
}

/// A server that is out and due for a probe goes first, else it would never come back; of the
/// others the idlest; when none may be asked, the idlest of all: the caller waits for the service.
std::size_t BalancedExtractor::next_server() {
    const std::lock_guard lock(mutex_);
    const Clock::Instant now = clock_.now();
    std::optional<std::size_t> best;
    std::size_t idlest = turn_ % servers_.size();
    for (std::size_t i = 0; i < servers_.size(); ++i) {
        const std::size_t at = (turn_ + i) % servers_.size();
        const Server& server = servers_[at];
        const bool may_send = server.gate.may_send(now);
        if (may_send && server.gate.is_open()) {
            best = at;
            break;
        }
        if (may_send && (!best || server.in_flight < servers_[*best].in_flight)) {
            best = at;
        }
        if (server.in_flight < servers_[idlest].in_flight) {
            idlest = at;
        }
    }
    ++turn_;
    return best.value_or(idlest);
}

void BalancedExtractor::extract_by(std::size_t server, const ExtractionTarget& target,
                                   std::vector<SharedBytes> images, BatchDone done) {
    {
        const std::lock_guard lock(mutex_);
        ++servers_.at(server).in_flight;
        servers_[server].gate.sent(clock_.now());
    }
    servers_[server].extractor->extract(
        target, std::move(images),
        [this, server, done = std::move(done)](Result<std::vector<ExtractedFacen>> facens) {
            ended(server, facens);
            done(std::move(facens));
        });
}

void BalancedExtractor::ended(std::size_t index,
                              const Result<std::vector<ExtractedFacen>>& facens) {
    const std::lock_guard lock(mutex_);
    Server& server = servers_[index];
    const Clock::Instant now = clock_.now();
    --server.in_flight;
    if (facens || facens.error().fault() == FaultClass::record) {
        server.returns += server.gate.is_open() ? 1U : 0U;
        server.gate.succeeded(now);
    } else if (facens.error().reason() == Reason::interrupted) {
        server.gate.ended(now);
    } else {
        server.gate.faulted(now, facens.error());
    }
}

std::vector<std::string> BalancedExtractor::servers() const {
    std::vector<std::string> names;
    names.reserve(servers_.size());
    for (const Server& server : servers_) {
        names.push_back(server.extractor->describe());
    }
    return names;
}

bool BalancedExtractor::serves(std::size_t server) const {
    const std::lock_guard lock(mutex_);
    return !servers_.at(server).gate.is_open();
}

std::optional<Error> BalancedExtractor::fault_of(std::size_t server) const {
    const std::lock_guard lock(mutex_);
    return servers_.at(server).gate.last_fault();
}

std::uint64_t BalancedExtractor::returns(std::size_t server) const {
    const std::lock_guard lock(mutex_);
    return servers_.at(server).returns;
}

std::string BalancedExtractor::describe() const {
    std::string text;
    for (const std::string& name : servers()) {
        text += text.empty() ? name : ", " + name;
    }
    return text;
}

}  // namespace ffdump
