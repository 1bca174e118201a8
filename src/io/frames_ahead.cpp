// SPDX-License-Identifier: Apache-2.0
#include "frames_ahead.hpp"

#include "unpacking_source.hpp"

#include <algorithm>
#include <new>
#include <span>
#include <string_view>
#include <system_error>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLikelyRatio = 2;

void grow(std::string& content, std::size_t bytes) {
    if (content.size() < bytes) {
        content.resize(std::min(bytes, FramesAhead::kMostContent));
    }
}

/// By the same decoder as one frame after the other, so that it is as strict.
void unpack(Unpacker& unpacker, FramesAhead::Run& run) {
    std::string_view left = run.packed;
    bool frame_ended = false;
    run.size = 0;
    grow(run.content, kLikelyRatio * left.size());
    while (!left.empty() || !frame_ended) {
        if (run.size == run.content.size()) {
            grow(run.content, 2 * run.size);
        }
        const Unpacker::Step step = unpacker.unpack(left, std::span(run.content).subspan(run.size));
        if (step.problem != nullptr || (step.used == 0 && step.made == 0)) {
            return;
        }
        left.remove_prefix(step.used);
        run.size += step.made;
        frame_ended = step.frame_ended;
    }
    run.is_good = true;
}

/// Makes the decoder anew where there is none, and leaves none that holds the rest of a frame.
void try_to_unpack(std::unique_ptr<Unpacker>& unpacker, FramesAhead::Run& run) {
    run.is_good = false;
    try {
        if (unpacker == nullptr) {
            unpacker = make_unpacker(Compression::Kind::zstd);
        }
        unpack(*unpacker, run);
    } catch (const std::bad_alloc&) {
        // It is not good, then; one frame after the other takes less memory.
        run.is_good = false;
    }
    if (!run.is_good) {
        unpacker.reset();
    }
}

}  // namespace

FramesAhead::FramesAhead(unsigned threads) : runs_(threads + 1U), is_done_(threads + 1U) {}

std::unique_ptr<FramesAhead> FramesAhead::start(unsigned threads) {
    std::unique_ptr<FramesAhead> made(new FramesAhead(threads));
    try {
        for (unsigned i = 0; i < threads; ++i) {
            made->threads_.emplace_back([ahead = made.get()] { ahead->work(); });
        }
    } catch (const std::system_error&) {
        // Fewer do as well; without any it is not worth it.
        return made->threads_.empty() ? nullptr : std::move(made);
    }
    return made;
}

FramesAhead::~FramesAhead() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void FramesAhead::work() {
    std::unique_ptr<Unpacker> unpacker;
    std::unique_lock lock(mutex_);
    for (;;) {
        changed_.wait(lock, [this] { return is_over_ || begun_ != added_; });
        if (is_over_) {
            return;
        }
        const std::uint64_t number = begun_++;
        lock.unlock();
        try_to_unpack(unpacker, at(number));
        lock.lock();
        is_done_[number % runs_.size()] = 1;
        changed_.notify_all();
    }
}

void FramesAhead::add(std::string_view packed, std::uint64_t frames) {
    {
        const std::lock_guard lock(mutex_);
        Run& run = at(added_);
        run.packed = packed;
        run.frames = frames;
        is_done_[added_ % runs_.size()] = 0;
        ++added_;
    }
    changed_.notify_all();
}

const FramesAhead::Run& FramesAhead::oldest() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return is_done_[dropped_ % runs_.size()] != 0; });
    return at(dropped_);
}

void FramesAhead::drop_oldest() {
    ++dropped_;
}

std::string FramesAhead::take_back() {
    std::string packed;
    for (; !is_empty(); drop_oldest()) {
        packed += oldest().packed;
    }
    return packed;
}

}  // namespace ffdump
