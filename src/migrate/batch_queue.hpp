// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "fault_share.hpp"
#include "image_supply.hpp"
#include "model_guard.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <vector>

namespace ffdump {

/// Images of one extraction target that are asked for in one request.
struct ImageBatch {
    std::size_t lane = 0;  ///< extraction target, by its place in the plan
    std::vector<ReadyImage> images;
    unsigned faults = 0;  ///< of the service
    TellingFaults telling_faults{0};
    bool alone = false;       ///< one image that is asked a second time on its own
    bool look = false;        ///< one image whose facen is known, to see whether a server is well
    std::size_t look_at = 0;  ///< this server, and no other
    std::unique_ptr<CanaryRequest> canaries;
    bool is_new = false;   ///< its images have never been asked for in this company
    bool is_full = false;  ///< no more images would have gone into it

    /// A batch that was refused as a whole, while its halves are asked for.
    struct Refusal {
        std::size_t images = 0;
        unsigned open_halves = 2;
        bool by_an_image = false;  ///< one of the halves was refused as well
    };
    std::shared_ptr<Refusal> half_of;

    /// A canary among the images, which belongs to no record.
    struct Sentinel {
        std::size_t at = 0;      ///< place among the images
        std::size_t canary = 0;  ///< index into ModelGuard::canaries()
    };
    std::unique_ptr<Sentinel> sentinel;

    /// Takes it out of the batch; what came for it, if an answer is given.
    std::optional<ExtractedFacen> take_sentinel(std::vector<ExtractedFacen>* facens);
    [[nodiscard]] std::size_t bytes() const;  ///< of the images

    /// The images belong to no record then.
    [[nodiscard]] bool is_check() const noexcept { return look || canaries != nullptr; }
};

/// Images that wait for extraction: new ones by target until they fill a batch, and whole batches
/// that are to be asked again. Not thread-safe.
class BatchQueue {
 public:
    /// A batch is full with `images`, or with `bytes` if it has several.
    struct Fill {
        std::size_t images = 8;
        std::size_t bytes = 8U << 20U;
    };
    /// `linger`: how long a part-filled batch waits for company.
    BatchQueue(const MigrationPlan& plan, Fill fill, std::chrono::milliseconds linger);
    void set_batch_size(std::size_t images) noexcept { fill_.images = images; }

    void add(ReadyImage image, Clock::Instant now);
    /// Goes before everything else.
    void put_first(ImageBatch batch);
    /// To be sent before anything new, not before that time if one is given.
    void put_back(ImageBatch batch, std::optional<Clock::Instant> not_before);
    /// Halves it; the culprit is in one of them, or it was too large.
    void put_back_halves(ImageBatch batch);
    /// What may be sent: `supply`: a part-filled batch waits for images that are coming;
    /// `is_held`: nothing new may be sent to this target; `may_retry`: what a fault of the service
    /// came between may be sent again; `is_alone`: nothing is in flight, so that it may at any rate
    /// when there is nothing else to send.
    struct Rules {
        ImageSupply supply = ImageSupply::ended;
        bool may_retry = true;
        bool is_alone = true;
        const std::function<bool(std::size_t)>& is_held;
    };
    [[nodiscard]] std::optional<ImageBatch> next(Clock::Instant now, const Rules& rules);
    /// The same, if it is a check.
    [[nodiscard]] std::optional<ImageBatch> next_check();
    /// Batches whose time has come go to the others.
    void wake(Clock::Instant now);

    [[nodiscard]] std::size_t bytes() const noexcept { return bytes_; }
    [[nodiscard]] std::size_t count() const noexcept { return count_; }
    [[nodiscard]] std::size_t lanes() const noexcept { return lanes_.size(); }
    [[nodiscard]] std::size_t lane_of(std::uint32_t file) const { return lane_of_file_.at(file); }
    [[nodiscard]] const ExtractionTarget& target(std::size_t lane) const {
        return lanes_.at(lane).target;
    }
    /// Gives back the last image of a new batch, which is the next of its target then.
    void untake_last(ImageBatch& batch);
    /// When a batch that waits for its time may go.
    [[nodiscard]] std::optional<Clock::Instant> next_delayed() const;
    /// When a part-filled batch has waited long enough.
    [[nodiscard]] std::optional<Clock::Instant> next_linger(
        const std::function<bool(std::size_t)>& is_held) const;

 private:
    struct Lane {
        ExtractionTarget target;
        std::deque<ReadyImage> images;
        std::size_t bytes = 0;
        Clock::Instant oldest;
    };

    void count_in(const ImageBatch& batch);
    void count_out(const ImageBatch& batch);
    [[nodiscard]] bool is_full(const Lane& lane) const;
    [[nodiscard]] ImageBatch take_new(std::size_t lane, Clock::Instant now, ImageSupply supply);
    static std::optional<ImageBatch> take_front(std::deque<ImageBatch>& batches);

    Fill fill_;
    std::chrono::milliseconds linger_;
    std::vector<Lane> lanes_;
    std::vector<std::size_t> lane_of_file_;
    std::deque<ImageBatch> again_;
    std::deque<ImageBatch> retries_;  ///< after a fault of the service
    std::multimap<Clock::Instant, ImageBatch> delayed_;
    std::size_t count_ = 0;  ///< images in all three
    std::size_t bytes_ = 0;
};

}  // namespace ffdump
