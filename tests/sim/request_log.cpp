// SPDX-License-Identifier: Apache-2.0
#include "request_log.hpp"

#include "ffdump/base/clock.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <fcntl.h>
#include <unistd.h>

namespace ffdump {

RequestLog::RequestLog(const std::string& path) {
    if (!path.empty()) {
        file_ = open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
        good_ = file_ >= 0;
    }
}

RequestLog::~RequestLog() {
    if (file_ >= 0) {
        close(file_);
    }
}

void RequestLog::write(const RequestFacts& facts) const {
    if (file_ < 0) {
        return;
    }
    nlohmann::ordered_json line{
        {"test_double", "ffdump-extraction-sim"},
        {"time", utc_text(Clock::WallTime(std::chrono::system_clock::now()))},
        {"kind", facts.kind},
        {"n", facts.number},
        {"method", facts.method},
        {"path", facts.path},
        {"status", facts.status},
        {"fault", facts.fault},
    };
    if (!facts.error.empty()) {
        line["error"] = facts.error;
    }
    if (facts.kind == "extract") {
        line["images"] = facts.names.size();
        line["names"] = facts.names;
        line["sizes"] = facts.sizes;
        line["sha256"] = facts.digests;
        const bool same =
            std::ranges::adjacent_find(facts.detectors, std::ranges::not_equal_to{}) ==
            facts.detectors.end();
        if (same) {
            line["detector"] = facts.detectors.empty() ? "" : facts.detectors.front();
        } else {
            line["detector"] = facts.detectors;
        }
        line["model"] = facts.model;
        line["in_flight"] = facts.in_flight;
        line["waited_us"] = facts.waited.count();
    }
    line["body_bytes"] = facts.body_bytes;
    line["came_us"] = facts.came.count();
    line["decided_us"] = facts.decided.count();
    line["connection"] = facts.connection;
    line["on_connection"] = facts.on_connection;
    line["peer_port"] = facts.peer_port;
    const std::string text =
        line.dump(-1, ' ', false, nlohmann::json::error_handler_t::replace) + "\n";
    if (::write(file_, text.data(), text.size()) != static_cast<ssize_t>(text.size())) {
        // A full disk must not pass for a request that never came: the test sees a torn line.
        return;
    }
}

}  // namespace ffdump
