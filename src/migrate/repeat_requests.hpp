// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "extraction_stage.hpp"
#include "fault_share.hpp"
#include "landed_answers.hpp"
#include "pace_control.hpp"
#include "service_watch.hpp"

#include "ffdump/base/mailbox.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/migrate/image_round.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <vector>

namespace ffdump {

/// Extracts from images that come one by one, in batches of one lane each, several at a time.
/// Faults of the service are waited out. What may come from the company in a batch is asked for
/// once more, alone, as a migration does. Where the number of workers is found out, it is here
/// too; batches keep one size. One thread.
class RepeatRequests {
 public:
    /// The outcome of one image: a facen, or an error of the image (`was_served` false: the service
    /// has failed for it again and again while it served others).
    using Taken =
        std::function<void(std::size_t lane, std::size_t number, ExtractedFacen, bool was_served)>;

    /// A target for each lane. Everything borrowed.
    RepeatRequests(const Settings& settings, std::vector<ExtractionTarget> targets,
                   const RoundServices& services, Extractor& extractor, Taken taken);

    /// Blocks while all workers are busy; what waits and flies is bounded as in a migration. Fails
    /// with `interrupted` or the service's last fault.
    [[nodiscard]] Result<void> put(std::size_t lane, std::size_t number, SharedBytes image);
    /// Sends what is left and waits for all answers.
    [[nodiscard]] Result<void> finish();
    /// After a failure: ends what is in flight.
    void abandon();

 private:
    struct Batch {
        std::size_t lane = 0;
        std::vector<std::size_t> numbers;
        std::vector<SharedBytes> images;
        std::size_t bytes = 0;  ///< of the images
        unsigned faults = 0;
        bool is_alone = false;
        std::uint64_t answered_before = 0;
        PacedRequest paced{};  ///< once it is sent
    };
    struct Answered {
        std::uint64_t number = 0;
        Result<std::vector<ExtractedFacen>> facens;
    };

    [[nodiscard]] bool is_idle() const noexcept {
        return ready_.empty() && delayed_.empty() && flying_.empty();
    }
    [[nodiscard]] bool has_room() const;
    [[nodiscard]] Result<void> step();
    void close(Batch& batch);
    void send(Batch batch, Clock::Instant now);
    [[nodiscard]] Result<void> take(Answered answer);
    void take_facens(Batch batch, std::vector<ExtractedFacen> facens);
    void take_fault(Batch batch, const Error& error, Clock::Instant now);
    void split(Batch batch);
    [[nodiscard]] static Batch alone(const Batch& batch, std::size_t i);

    ExtractionStage::Limits limits_;
    std::vector<ExtractionTarget> targets_;
    const RoundServices& services_;
    Extractor& extractor_;
    Taken taken_;
    PaceControl pace_;
    FaultShare first_attempts_;
    ServiceGate gate_;
    ServiceWatch watch_;
    std::shared_ptr<Mailbox<Answered>> mailbox_ = std::make_shared<Mailbox<Answered>>();
    std::vector<Batch> filling_;  ///< one a lane
    std::deque<Batch> ready_;
    std::multimap<Clock::Instant, Batch> delayed_;
    Flights<Batch> flying_;
    std::size_t flying_bytes_ = 0;
    std::uint64_t next_number_ = 0;
    std::uint64_t answered_ = 0;
};

}  // namespace ffdump
