// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_answer.hpp"
#include "face_cache.hpp"
#include "fault_plan.hpp"
#include "request_log.hpp"
#include "simulator_options.hpp"
#include "slot_gate.hpp"
#include "wire_answer.hpp"
#include "wire_request.hpp"

#include <atomic>
#include <cstdint>

namespace ffdump {

/// Answers extraction requests: protocol first (a malformed request is refused whatever faults are
/// set), then faults, then work. Thread-safe; the arguments of the constructor must outlive it.
class ExtractionService {
 public:
    ExtractionService(const SimulatorOptions& options, const FaultPlan& faults, SlotGate& gate);

    /// Fills `facts` for the log. Blocks for the delay and for a slot.
    [[nodiscard]] WireAnswer answer(const WireRequest& request, RequestFacts& facts);

 private:
    [[nodiscard]] WireAnswer work(const ExtractionCall& call, const FaultRule* fault,
                                  RequestFacts& facts);
    [[nodiscard]] bool is_poisoned(const RequestFacts& facts) const;
    [[nodiscard]] std::vector<std::string> responses(const ExtractionCall& call,
                                                     const FaultRule* fault, RequestFacts& facts);

    const SimulatorOptions& options_;
    const FaultPlan& faults_;
    SlotGate& gate_;
    AnswerShape shape_;
    FaceCache cache_;
    std::atomic<std::uint64_t> requests_{0};
};

}  // namespace ffdump
