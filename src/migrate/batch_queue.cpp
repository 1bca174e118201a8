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

BatchQueue::BatchQueue(const MigrationPlan& plan, std::size_t batch_size,
                       std::chrono::milliseconds linger)
    : batch_size_(batch_size), linger_(linger) {
    for (const FilePlan& file : plan.files) {
        const auto same = [&file](const Lane& lane) { return lane.target == file.target; };
        const auto lane = std::ranges::find_if(lanes_, same);
        lane_of_file_.push_back(static_cast<std::size_t>(lane - lanes_.begin()));
        if (lane == lanes_.end()) {
            lanes_.push_back({file.target, {}, {}});
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
    second.images.assign(std::make_move_iterator(middle),
                         std::make_move_iterator(batch.images.end()));
    batch.images.erase(middle, batch.images.end());
    batch.faults = 0;
    batch.is_new = false;
    put_back(std::move(batch), std::nullopt);
    put_back(std::move(second), std::nullopt);
}

void BatchQueue::wake(Clock::Instant now) {
    while (!delayed_.empty() && delayed_.begin()->first <= now) {
        again_.push_back(std::move(delayed_.begin()->second));
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

std::optional<ImageBatch> BatchQueue::next(Clock::Instant now, bool more_coming,
                                           const std::function<bool(std::size_t)>& is_held) {
    if (!again_.empty()) {
        ImageBatch batch = std::move(again_.front());
        again_.pop_front();
        count_out(batch);
        return batch;
    }
    for (std::size_t lane = 0; lane < lanes_.size(); ++lane) {
        const std::deque<ReadyImage>& images = lanes_[lane].images;
        const bool is_full = images.size() >= batch_size_;
        const bool is_late =
            !images.empty() && (!more_coming || now - lanes_[lane].oldest >= linger_);
        if ((is_full || is_late) && !is_held(lane)) {
            return take_new(lane, now);
        }
    }
    return std::nullopt;
}

ImageBatch BatchQueue::take_new(std::size_t lane, Clock::Instant now) {
    std::deque<ReadyImage>& images = lanes_[lane].images;
    ImageBatch batch;
    batch.lane = lane;
    batch.is_new = true;
    const auto end =
        images.begin() + static_cast<std::ptrdiff_t>(std::min(batch_size_, images.size()));
    batch.images.assign(std::make_move_iterator(images.begin()), std::make_move_iterator(end));
    images.erase(images.begin(), end);
    lanes_[lane].oldest = now;
    count_out(batch);
    return batch;
}

void BatchQueue::untake_last(ImageBatch& batch) {
    ++count_;
    bytes_ += batch.images.back().bytes->size();
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
