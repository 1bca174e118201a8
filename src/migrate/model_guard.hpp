// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/clock.hpp"
#include "ffdump/base/error.hpp"
#include "ffdump/base/random.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/record/facen.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// Who gave a facen: the server, by its place, and how often it had come back by then.
struct FacenSource {
    std::size_t server = 0;
    std::uint64_t returns = 0;
    friend auto operator<=>(const FacenSource&, const FacenSource&) = default;
};

/// An image of the run whose facen is known.
struct Canary {
    std::size_t lane = 0;  ///< extraction target, by its place in the plan
    RecordId id;
    SharedBytes image;
    Facen facen;
    std::optional<std::size_t> server{};  ///< that gave it, if this process knows
};

/// A request for canaries again, in this order.
struct CanaryRequest {
    std::size_t lane = 0;
    std::vector<std::size_t> which;       ///< see ModelGuard::canary()
    unsigned asked = 0;                   ///< how often the answer was no facen before
    unsigned telling = 0;                 ///< of those, how often others got theirs meanwhile
    std::uint64_t since = 0;              ///< what the guard had seen when it was asked for last
    bool is_silent = false;               ///< nobody got a facen of that server since then
    std::optional<Error> why{};           ///< what came in place of a facen
    std::optional<std::size_t> server{};  ///< that must be asked, where there are several
    std::optional<std::size_t> not_by{};  ///< but by another, for the last image that it had
};

/// Watches whether extraction-api goes on to give the facens that it gave. The first images of
/// each extraction target become canaries; in a check all of them are extracted again: in batches,
/// in an order by chance, which shows answers that come in another order than the images,
/// and each alone, which shows servers that differ behind one address (each request may meet
/// another). Where servers are told apart each is asked, and the last facen that each gave since
/// the check before, and before each of its outages, is asked of another: it may be gone when it is
/// to be asked itself. A valid facen that differs is believed at once. What is no facen is asked
/// again for as long as nobody gets one: the service is ill then. It is believed when others got
/// theirs. Targets are known by their `index` in the plan. Without I/O; for the pipeline's thread.
class ModelGuard {
 public:
    ModelGuard(const CanarySettings& settings, std::size_t batch_size, Random random);

    [[nodiscard]] bool is_on() const noexcept { return settings_.images != 0; }

    /// A record has got this facen. Counts it, and takes the image as a canary when one is wanted.
    void extracted(std::size_t index, RecordId id, const SharedBytes& image, const Facen& facen,
                   const FacenSource& from = {});
    /// Whether more images of this target are to become canaries.
    [[nodiscard]] bool wants(std::size_t index) const;
    /// Whether known() would take one: the first is wanted in any case, since what this run has
    /// extracted shows nothing of the run before.
    [[nodiscard]] bool wants_known(std::size_t index) const;
    /// Whether known() has come for this target.
    [[nodiscard]] bool knows(std::size_t index) const {
        return index < lanes_.size() && lanes_[index].has_known;
    }
    /// Every target that has canaries has one of the run before.
    [[nodiscard]] bool knows_all() const;
    /// A record has this facen from an earlier run: its image becomes a canary. With the first of a
    /// target a check is due, and nothing else is extracted until it has passed.
    void known(std::size_t index, RecordId id, const SharedBytes& image, const Facen& facen);
    /// Canaries of an earlier process of this run: a check is due, and until it has passed nothing
    /// else may be extracted. The first `known` came with one of the run before for their target.
    void take_over(std::vector<Canary> canaries, std::size_t known = 0);
    /// A record has this facen from an earlier process of this run, and no check vouches for it:
    /// the next one asks for it, and until it has passed nothing else may be extracted.
    void unvouched(std::size_t index, RecordId id, const SharedBytes& image, const Facen& facen);
    /// More of them may come: no check begins before.
    void await_unvouched(bool is_waiting) noexcept { awaits_unvouched_ = is_waiting; }
    [[nodiscard]] bool holds() const noexcept { return holds_ || is_crowded(); }
    /// There are canaries of an earlier process or run, and no check has passed since.
    [[nodiscard]] bool is_unproven() const noexcept { return holds_; }
    /// The servers that requests go to, for messages; each is met in every check.
    void watch_servers(std::vector<std::string> servers) { servers_ = std::move(servers); }
    /// " by NAME" for messages; "" where there is one server.
    [[nodiscard]] std::string by_text(std::size_t server) const {
        return servers_.size() < 2 ? std::string() : " by " + servers_.at(server);
    }
    /// A server came back, perhaps with another model: a check is due, and batches are watched as
    /// closely as at the start.
    void watch_anew();
    /// Something looks like another model: a check is due.
    void demand_check() { start_check_due_ = start_check_due_ || !canaries_.empty(); }
    /// Whether two facens of one image are of one model; any two are when the guard is off.
    [[nodiscard]] bool is_same(const Facen& one, const Facen& other) const {
        return !is_on() || facen_cosine(one, other) >= settings_.cosine;
    }

    /// `is_wanted`: finished files wait for a check.
    [[nodiscard]] bool is_due(Clock::Instant now, bool is_wanted) const;
    /// Begins a check; the requests must all be answered. None when there is no canary: the check
    /// has passed then.
    [[nodiscard]] std::vector<CanaryRequest> begin(Clock::Instant now);
    [[nodiscard]] bool is_checking() const noexcept { return pending_ != 0; }
    /// What is asked for at place `i` of a request.
    [[nodiscard]] const Canary& canary(const CanaryRequest& request, std::size_t i) const;
    /// What to ask of others while the server that must be asked is left out: for the last facen
    /// that it gave; for the same, if it gave none since the check before.
    [[nodiscard]] CanaryRequest instead_of(CanaryRequest request) const;
    /// Returns what is to be asked again after a while, since it got no facen. `by` is the server
    /// that answered.
    [[nodiscard]] std::optional<CanaryRequest> answered(const CanaryRequest& request,
                                                        const std::vector<ExtractedFacen>& facens,
                                                        std::size_t by = 0);
    /// The request was refused as a whole, not for want of a service.
    [[nodiscard]] std::optional<CanaryRequest> refused(const CanaryRequest& request,
                                                       const Error& error, std::size_t by = 0);

    /// The canary that the next new batch of this target is to carry, if it is to carry one.
    [[nodiscard]] std::optional<std::size_t> sentinel_for(std::size_t index);
    /// A place for it among `images` others.
    [[nodiscard]] std::size_t sentinel_place(std::size_t images) {
        return random_.bits() % (images + 1);
    }
    /// What came for a sentinel. After another facen the batch's answer must not be used; none
    /// makes a check due.
    enum class Sentinel : unsigned char { same, none, another };
    [[nodiscard]] Sentinel judge_sentinel(std::size_t canary, const ExtractedFacen& facen,
                                          std::size_t by = 0);
    /// An image of this target has just got its facen by this server, so that it gives facens.
    void was_well(std::size_t index, std::size_t server) { last_well_[{index, server}] = ++seen_; }

    /// Once for each check that passed.
    [[nodiscard]] bool take_passed();
    /// Why the results since the last check that passed are in doubt; final.
    [[nodiscard]] const std::optional<std::string>& doubt() const noexcept { return doubt_; }
    [[nodiscard]] std::uint64_t checks_passed() const noexcept { return checks_passed_; }

    [[nodiscard]] const std::vector<Canary>& canaries() const noexcept { return canaries_; }
    /// Whether there are canaries that were not there at the last call.
    [[nodiscard]] bool take_grown();

 private:
    struct Lane {
        std::vector<std::size_t> canaries;  ///< indices
        std::set<std::uint64_t> hashes;     ///< of their images: the same one twice shows nothing
        std::size_t looked_at = 0;
        bool has_known = false;     ///< one of an earlier run is among them
        std::uint64_t batches = 0;  ///< new ones since there are canaries
    };
    Lane& lane(std::size_t index);
    [[nodiscard]] bool is_full(const Lane& lane) const noexcept;
    void look_at(Canary canary);
    void compare_same_image(Lane& its, RecordId id, std::uint64_t hash, const Facen& facen);
    void doubt_if_constant(const Lane& lane);
    [[nodiscard]] bool has_room_for(const SharedBytes& image, bool has_others) const;
    void take(Lane& its, Canary canary, std::uint64_t hash);
    void adopt(Lane& lane, Canary canary, std::uint64_t hash);
    [[nodiscard]] bool is_crowded() const noexcept;
    void ask_for_canaries(std::size_t index, std::vector<CanaryRequest>& requests);
    void ask_for_last_facens(std::vector<CanaryRequest>& requests);
    void compare(const CanaryRequest& request, std::size_t i, const Facen& facen, std::size_t by);
    [[nodiscard]] std::optional<CanaryRequest> ask_again(CanaryRequest request, const Error& error,
                                                         std::size_t by, bool is_other_facen);
    [[nodiscard]] std::string givers_text(const Canary& canary, std::size_t by) const;
    void conclude_request();

    CanarySettings settings_;
    std::size_t batch_size_;
    Random random_;
    std::vector<std::string> servers_;
    std::vector<Canary> canaries_;
    /// By target and source, the last since the check began; of several servers only.
    std::map<std::pair<std::size_t, FacenSource>, Canary> last_facens_;
    std::vector<Canary> asked_last_facens_;  ///< what the check under way asks of others
    std::vector<Lane> lanes_;
    /// When a target last got a facen by a server, by the number of such events so far.
    std::map<std::pair<std::size_t, std::size_t>, std::uint64_t> last_well_;
    std::uint64_t seen_ = 0;
    std::size_t canary_bytes_ = 0;
    std::size_t saved_ = 0;
    bool holds_ = false;
    bool start_check_due_ = false;
    bool awaits_unvouched_ = false;
    bool known_came_ = false;        ///< the first of a target, since the last check began
    std::uint64_t since_check_ = 0;  ///< facens since the last check began
    std::optional<Clock::Instant> last_check_;
    std::size_t pending_ = 0;  ///< requests of the check that are not answered
    bool has_passed_ = false;
    std::uint64_t checks_passed_ = 0;
    std::optional<std::string> doubt_;
};

}  // namespace ffdump
