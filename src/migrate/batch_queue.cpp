// SPDX-License-Identifier: Apache-2.0
#include "batch_queue.hpp"

#include <algorithm>
#include <iterator>
#include <utility>

namespace ffdump {
namespace {

std::size_t bytes_of(const ImageBatch& batch) {
    std::size_t bytes = 0;
    for (const ReadyImage& image : batch.images) {
        bytes += image.bytes->size();
    }
    return bytes;
}

}  // namespace

std::optional<ExtractedFacen> ImageBatch::take_sentinel(std::vector<ExtractedFacen>* facens) {
    if (!sentinel) {
        return std::nullopt;
    }
    const auto at = static_cast<std::ptrdiff_t>(sentinel->at);
    images.erase(images.begin() + at);
    if (facens == nullptr) {
        return std::nullopt;
    }
    ExtractedFacen facen = std::move(facens->at(sentinel->at));
    facens->erase(facens->begin() + at);
    return facen;
}

std::size_t ImageBatch::bytes() const {
    std::size_t sum = 0;
    for (const ReadyImage& image : images) {
        sum += image.bytes->size();
    }
    return sum;
}

BatchQueue::BatchQueue(const MigrationPlan& plan, Fill fill, std::chrono::milliseconds linger)
    : fill_(fill), linger_(linger) {
    for (const FilePlan& file : plan.files) {
        const auto same = [&file](const Lane& lane) { return lane.target == file.target; };
        const auto lane = std::ranges::find_if(lanes_, same);
        lane_of_file_.push_back(static_cast<std::size_t>(lane - lanes_.begin()));
        if (lane == lanes_.end()) {
            lanes_.push_back({file.target, {}, 0, {}});
        }
    }
}

void BatchQueue::add(ReadyImage image, Clock::Instant now) {
    Lane& lane = lanes_[lane_of_file_[image.ticket.work->file]];
    if (lane.images.empty()) {
        lane.oldest = now;
    }
    ++count_;
    bytes_ += image.bytes->size();
    lane.bytes += image.bytes->size();
    lane.images.push_back(std::move(image));
}

void BatchQueue::count_in(const ImageBatch& batch) {
    count_ += batch.images.size();
    bytes_ += bytes_of(batch);
}

void BatchQueue::count_out(const ImageBatch& batch) {
    count_ -= batch.images.size();
    bytes_ -= bytes_of(batch);
}

void BatchQueue::put_first(ImageBatch batch) {
    count_in(batch);
    again_.push_front(std::move(batch));
}

void BatchQueue::put_back(ImageBatch batch, std::optional<Clock::Instant> not_before) {
    count_in(batch);
    if (not_before) {
        delayed_.emplace(*not_before, std::move(batch));
    } else {
        again_.push_back(std::move(batch));
    }
}

void BatchQueue::put_back_halves(ImageBatch batch) {
    const auto middle = batch.images.begin() + static_cast<std::ptrdiff_t>(batch.images.size() / 2);
    ImageBatch second;
    second.lane = batch.lane;
    second.half_of = batch.half_of =
        std::make_shared<ImageBatch::Refusal>(ImageBatch::Refusal{.images = batch.images.size()});
    second.images.assign(std::make_move_iterator(middle),
                         std::make_move_iterator(batch.images.end()));
    batch.images.erase(middle, batch.images.end());
    batch.faults = 0;
    batch.is_new = batch.is_full = false;
    put_back(std::move(batch), std::nullopt);
    put_back(std::move(second), std::nullopt);
}

void BatchQueue::wake(Clock::Instant now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        ImageBatch& batch = delayed_.begin()->second;
        std::deque<ImageBatch>& queue = batch.is_check() ? again_ : retries_;
        queue.push_back(std::move(batch));
        delayed_.erase(delayed_.begin());
    }
}

std::optional<ImageBatch> BatchQueue::next_check() {
    const auto check = std::ranges::find_if(again_, &ImageBatch::is_check);
    if (check == again_.end()) {
        return std::nullopt;
    }
    ImageBatch batch = std::move(*check);
    again_.erase(check);
    count_out(batch);
    return batch;
}

std::optional<ImageBatch> BatchQueue::take_front(std::deque<ImageBatch>& batches) {
    if (batches.empty()) {
        return std::nullopt;
    }
    ImageBatch batch = std::move(batches.front());
    batches.pop_front();
    return batch;
}

std::optional<ImageBatch> BatchQueue::next(Clock::Instant now, const Rules& rules) {
    std::optional<ImageBatch> again = take_front(again_);
    if (!again && rules.may_retry) {
        again = take_front(retries_);
    }
    if (again) {
        count_out(*again);
        return again;
    }
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const Lane& lane = lanes_[i];
        const bool is_late = !lane.images.empty() &&
                             (rules.supply != ImageSupply::coming || now - lane.oldest >= linger_);
        if ((is_full(lane) || is_late) && !rules.is_held(i)) {
            return take_new(i, now, rules.supply);
        }
    }
    std::optional<ImageBatch> last = rules.is_alone ? take_front(retries_) : std::nullopt;
    if (last) {
        count_out(*last);
    }
    return last;
}

bool BatchQueue::is_full(const Lane& lane) const {
    return lane.images.size() >= fill_.images || lane.bytes >= fill_.bytes;
}

ImageBatch BatchQueue::take_new(std::size_t index, Clock::Instant now, ImageSupply supply) {
    Lane& lane = lanes_[index];
    ImageBatch batch;
    batch.lane = index;
    batch.is_new = true;
    batch.is_full = is_full(lane) || supply == ImageSupply::held_up;
    std::size_t bytes = 0;
    while (!lane.images.empty() && batch.images.size() < fill_.images) {
        const std::size_t more = lane.images.front().bytes->size();
        if (!batch.images.empty() && bytes + more > fill_.bytes) {
            break;
        }
        bytes += more;
        batch.images.push_back(std::move(lane.images.front()));
        lane.images.pop_front();
    }
    lane.bytes -= bytes;
    lane.oldest = now;
    count_out(batch);
    return batch;
}

void BatchQueue::untake_last(ImageBatch& batch) {
    ++count_;
    bytes_ += batch.images.back().bytes->size();
    lanes_[batch.lane].bytes += batch.images.back().bytes->size();
    lanes_[batch.lane].images.push_front(std::move(batch.images.back()));
    batch.images.pop_back();
}

std::optional<Clock::Instant> BatchQueue::next_delayed() const {
    return delayed_.empty() ? std::nullopt : std::optional<Clock::Instant>(delayed_.begin()->first);
}

std::optional<Clock::Instant> BatchQueue::next_linger(
    const std::function<bool(std::size_t)>& is_held) const {
    std::optional<Clock::Instant> next;
    for (std::size_t i = 0; i < lanes_.size(); ++i) {
        const Lane& lane = lanes_[i];
        const bool waits = !lane.images.empty() && !is_held(i);
        if (waits && (!next || lane.oldest + linger_ < *next)) {
            next = lane.oldest + linger_;
        }
    }
    return next;
}

}  // namespace ffdump
