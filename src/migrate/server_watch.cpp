// SPDX-License-Identifier: Apache-2.0
#include "server_watch.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ffdump {

ServerWatch::ServerWatch(const Extractor& extractor, Log& log)
    : extractor_(extractor), log_(log), names_(extractor.servers()), served_(names_.size(), true) {}

bool ServerWatch::turn() {
    std::uint64_t returns = 0;
    for (std::size_t server = 0; server < names_.size(); ++server) {
        returns += extractor_.returns(server);
        const bool serves = extractor_.serves(server);
        if (served_[server] == serves) {
            continue;
        }
        served_[server] = serves;
        if (serves) {
            log_.info(names_[server] + " answers again");
            continue;
        }
        const std::optional<Error> fault = extractor_.fault_of(server);
        log_.warning(fmt::format("{} is left out until it answers: {}", names_[server],
                                 fault ? fault->detail() : "it fails again and again"));
    }
    return std::exchange(returns_, returns) != returns;
}

bool ServerWatch::each_refuses() const {
    if (names_.size() < 2) {
        return true;  // whoever asks has seen its refusal
    }
    for (std::size_t server = 0; server < names_.size(); ++server) {
        const std::optional<Error> fault = extractor_.fault_of(server);
        if (!fault || fault->reason() != Reason::service_refuses) {
            return false;
        }
    }
    return true;
}

}  // namespace ffdump
