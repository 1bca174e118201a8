// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "fault_plan.hpp"
#include "slot_gate.hpp"
#include "wire.hpp"

#include <chrono>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// How an answer goes wrong on its way.
enum class Ending : std::uint8_t {
    whole,
    silence,      ///< never answers
    reset_first,  ///< a TCP reset in place of the answer
    close_first,  ///< an orderly end in place of the answer
    reset_later,  ///< a reset after half of the body
    cut,          ///< half of the body, then an orderly end
    dribble,      ///< one byte of the body at a time
};

/// An HTTP answer and how to deliver it.
struct WireAnswer {
    int status = 200;
    std::string content_type = "application/json";
    std::vector<std::pair<std::string, std::string>> headers;
    std::string body;
    bool head_only = false;  ///< answer to HEAD: the length without the body
    bool close = false;      ///< the connection ends after it
    Ending ending = Ending::whole;
    std::chrono::milliseconds byte_pause{100};  ///< of `dribble`
};

/// {"code":...,"desc":...}: the shape of the documented per-image error, since no other is known.
[[nodiscard]] WireAnswer refusal_answer(int status, std::string_view text);

/// Puts a fault of the kinds that are common to extraction and images on a good answer; false when
/// the rule is of another kind.
[[nodiscard]] bool apply_transport_fault(const FaultRule& rule, WireAnswer& answer);

/// Sends the answer the way it says; `gate` ends dribbling when the double stops. False when the
/// connection is not to be used any further.
[[nodiscard]] bool deliver(Wire& wire, const WireAnswer& answer, SlotGate& gate);

}  // namespace ffdump
