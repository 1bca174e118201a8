// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/random.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Several servers of one model: each request goes to the one with the fewest in flight. One that
/// fails again and again is left out and probed with single requests; its faults are the caller's
/// to repeat. Thread-safe. `clock` must outlive it.
class BalancedExtractor final : public Extractor {
 public:
    /// At least one server.
    BalancedExtractor(std::vector<std::unique_ptr<Extractor>> servers, const GateFigures& figures,
                      const Clock& clock, std::uint64_t seed);

    void extract(const ExtractionTarget& target, std::vector<SharedBytes> images,
                 BatchDone done) override;
    [[nodiscard]] std::size_t next_server() override;
    void extract_by(std::size_t server, const ExtractionTarget& target,
                    std::vector<SharedBytes> images, BatchDone done) override;
    [[nodiscard]] std::vector<std::string> servers() const override;
    [[nodiscard]] bool serves(std::size_t server) const override;
    [[nodiscard]] std::optional<Error> fault_of(std::size_t server) const override;
    [[nodiscard]] std::uint64_t returns(std::size_t server) const override;
    [[nodiscard]] std::string describe() const override;

 private:
    struct Server {
        std::unique_ptr<Extractor> extractor;
        ServiceGate gate;
        std::size_t in_flight = 0;
        std::uint64_t returns = 0;
    };
    void ended(std::size_t server, const Result<std::vector<ExtractedFacen>>& facens);

    const Clock& clock_;
    mutable std::mutex mutex_;
    std::vector<Server> servers_;
    std::size_t turn_ = 0;  ///< of servers that are equally idle
};

}  // namespace ffdump
