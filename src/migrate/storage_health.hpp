// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "failure_hold.hpp"
#include "storage_probes.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Tells failures of records from faults of the image storage that look like them. When failures
/// form a pattern, images are asked for that are known to be there: if the one that came before
/// comes again, what was held back is booked; if it does not, the storage is down until it does,
/// and the records are asked for again. Where none came in this process, any of the dump's will do.
/// The same images are asked for in place of records to learn whether a storage that was down is
/// back. Lives on the pipeline's thread; the gate must outlive it.
class StorageHealth {
 public:
    StorageHealth(ServiceGate& gate, KnownImages known, FailureHold failures, std::string where);

    [[nodiscard]] FailureHold& failures() noexcept { return failures_; }
    /// Images that came so far, of records and others.
    [[nodiscard]] std::uint64_t came() const noexcept { return probes_.came(); }
    /// The record's image came.
    void came(const Ticket& ticket, Clock::Instant now);

    /// No record may be asked for.
    [[nodiscard]] bool is_in_doubt() const { return is_down_ || failures_.is_suspicious(); }
    /// The image to be asked for because of a pattern; its answer goes to looked(). Nothing while
    /// one is under way, or when there was nothing left to ask for, which is a finding too.
    [[nodiscard]] std::optional<std::string> look(Clock::Instant now);
    void looked(const std::string& normalized_id, const Result<Image>& image, Clock::Instant now);
    [[nodiscard]] bool is_looking() const noexcept { return is_looking_; }

    /// To learn whether a storage that is down is back.
    [[nodiscard]] StorageProbes& probes() noexcept { return probes_; }
    [[nodiscard]] bool has_known() const noexcept { return probes_.has_known(); }

    /// Records that are to be asked for again from the beginning.
    [[nodiscard]] std::vector<Ticket> take_returned();
    /// Why the run cannot go on: a pattern from the start, and no image of the dump comes.
    [[nodiscard]] const std::optional<Error>& verdict() const noexcept { return verdict_; }

 private:
    void turned_out_well(const std::string& normalized_id, Clock::Instant now);
    void none_came(Clock::Instant now);
    void goes_down(const char* why, Clock::Instant now);
    [[nodiscard]] Error suspicion(const char* why) const;

    ServiceGate& gate_;
    StorageProbes probes_;
    FailureHold failures_;
    std::string where_;
    bool is_judging_ = false;     ///< known images are asked for one after another
    bool is_looking_ = false;     ///< one of them is under way
    bool has_met_fault_ = false;  ///< one of them was not answered
    bool is_down_ = false;        ///< no known image came; what is held is to be asked for again
    std::vector<Ticket> returned_;
    std::optional<Error> verdict_;
};

}  // namespace ffdump
