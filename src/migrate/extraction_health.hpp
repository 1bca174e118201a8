// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "batch_queue.hpp"
#include "failure_hold.hpp"
#include "model_guard.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <vector>

namespace ffdump {

/// Tells failures of records from faults of extraction-api that look like them (a wrong detector, a
/// network that was not loaded). When failures of one target form a pattern, nothing new goes to
/// it, and an image that had a facen before is asked for again: if it has one still, what was held
/// back is booked; if not, nothing is, the service is down until it has, and the records are asked
/// for again. The same goes for a canary that gets no facen while nobody else gets one. Of several
/// servers those are asked that failed the records: the others may be well. Lives on the pipeline's
/// thread; gate and guard must outlive it.
class ExtractionHealth {
 public:
    ExtractionHealth(std::size_t lanes, ServiceGate& gate, ModelGuard& guard,
                     const std::vector<Reason>& accepted, double norm_tolerance);

    void passed(std::size_t lane, const SharedBytes& image, const Facen& facen);
    /// A record of it got its facen before this process began.
    void passed_before(std::size_t lane) { lanes_[lane].hold.passed_before(); }
    void failed(std::size_t lane, const Ticket& ticket, Error error);

    /// Nothing new may be sent to it.
    [[nodiscard]] bool holds(std::size_t lane) const;
    /// A target gets no facens: what else is answered does not show that the service works.
    [[nodiscard]] bool is_down() const;
    /// A check of the model would show nothing now but that a target gets no facens; that it gets
    /// them other images will show.
    [[nodiscard]] bool awaits_facens() const;
    /// A canary got no facen by this server, nor did anybody else since it was asked for before:
    /// another image is to be asked for there. `image`: the canary's.
    void gave_none(std::size_t lane, std::size_t server, SharedBytes image);
    /// This server gave none for any image of a batch, one of which had a facen before: the target
    /// is down at once.
    void gave_none_at_all(std::size_t lane, std::size_t server, Clock::Instant now);
    /// A batch of this target fails at this server while nobody else is answered: an image that had
    /// a facen is to be asked for there, if there is one.
    void look_at(std::size_t lane, std::size_t server) { lanes_[lane].doubted = server; }
    /// What is to be asked now to learn more; each answer goes to looked().
    [[nodiscard]] std::vector<ImageBatch> looks(Clock::Instant now);
    struct Look {
        std::size_t lane = 0;
        std::size_t server = 0;
    };
    /// Whether the answer shows a server that is well.
    bool looked(const Look& look, const ExtractedFacen& facen, Clock::Instant now);
    /// The server that was to be asked is left out. The records that it failed are asked for again.
    void looked_in_vain(std::size_t lane, Clock::Instant now);
    /// looks() will have something as soon as the gate lets it through.
    [[nodiscard]] bool wants_look() const;

    /// Records that are to be asked for again from the beginning.
    [[nodiscard]] std::vector<Ticket> take_returned();
    /// Why the run cannot go on: a pattern from the start, so that nothing can tell.
    [[nodiscard]] const std::optional<Error>& verdict() const noexcept { return verdict_; }

    /// Records whose failures are held back.
    [[nodiscard]] std::size_t held() const;
    /// See FailureHold.
    void settle_calm(FailureHold::More more);
    /// Books what is held, but for targets whose failures may be the service's.
    void book_all();
    /// What is held, by reason.
    void count(std::map<Reason, std::uint64_t>& by_reason) const;

 private:
    struct Known {
        SharedBytes image;
        Facen facen;
    };
    struct Lane {
        FailureHold hold;
        std::optional<Known> known;
        std::optional<Known> looked_for;  ///< by the latest looks
        std::size_t bad_looks = 0;
        std::set<std::size_t> failed_by;     ///< servers, of what is held
        std::set<std::size_t> asked;         ///< servers, by the latest looks
        std::size_t looks = 0;               ///< that are not answered
        bool judging = false;                ///< they are to judge a pattern
        std::optional<std::size_t> doubted;  ///< see look_at()
        SharedBytes refused;                 ///< see gave_none(); looks are for its sake as well
        bool is_clear = true;                ///< each server that was to be asked could be
        std::optional<std::size_t> ill;      ///< server that gave no good answer in this round
        bool down = false;
        bool gives_another = false;  ///< it is down, for facens that are not what they were
    };

    [[nodiscard]] bool may_look(const Lane& lane) const;
    [[nodiscard]] std::optional<Known> known(std::size_t index) const;
    void conclude_look(Lane& lane, Clock::Instant now);
    void take_down(Lane& lane, std::size_t server, Clock::Instant now);
    void good_look(Lane& lane);

    ServiceGate& gate_;
    ModelGuard& guard_;
    double norm_tolerance_;
    std::vector<Lane> lanes_;
    std::vector<Ticket> returned_;  ///< once their lane is well
    std::optional<Error> verdict_;
};

}  // namespace ffdump
