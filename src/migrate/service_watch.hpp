// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/log.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/net/service_gate.hpp"

#include <chrono>
#include <functional>
#include <optional>
#include <string>

namespace ffdump {

/// What the retry settings mean to a gate.
[[nodiscard]] GateFigures gate_figures(const RetrySettings& retry);
/// For how long one image must have failed, while others came, before its cause is sought in it:
/// a server of the storage that holds some of the images may be out for seconds. About as long as
/// the waits between the attempts take, however short chance made them.
[[nodiscard]] std::chrono::milliseconds hopeless_span(const RetrySettings& retry);

/// Tells the operator when a service goes down and comes back, and ends the run when it stays
/// away: after `give_up_after`, or sooner when it has never worked, since then it is more likely a
/// wrong setting than an outage.
class ServiceWatch {
 public:
    /// Whether a refusal (401, 403, 404) before anything has worked ends the run at once: of
    /// extraction-api it means a wrong setting, of a storage perhaps one unreadable file.
    using IsFinal = std::function<bool()>;

    /// `name` as in "the image storage at http://...".
    ServiceWatch(std::string name, const ServiceGate& gate, std::chrono::milliseconds give_up_after,
                 IsFinal refusal_is_final, Log& log);

    /// Fails with the service's last fault once it is time to give up.
    [[nodiscard]] Result<void> check(Clock::Instant now);
    /// "" while it works; else what is wrong and since when.
    [[nodiscard]] std::string waiting_text(Clock::Instant now) const;

 private:
    [[nodiscard]] std::chrono::milliseconds patience() const;

    std::string name_;
    const ServiceGate& gate_;
    std::chrono::milliseconds give_up_after_;
    IsFinal refusal_is_final_;
    Log& log_;
    bool was_down_ = false;
    std::optional<Clock::Instant> last_word_;
};

}  // namespace ffdump
