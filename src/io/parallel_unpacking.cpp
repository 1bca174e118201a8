// SPDX-License-Identifier: Apache-2.0
#include "parallel_unpacking.hpp"

#include <zstd.h>

#include <algorithm>
#include <string_view>
#include <thread>
#include <utility>

namespace ffdump {
namespace {

/// Packed bytes of a run, at least: below, handing it to another thread costs more than it saves.
constexpr std::size_t kEnoughPacked = std::size_t{64} << 10U;
constexpr unsigned kMostThreads = 4;

}  // namespace

Result<std::size_t> ErrorFirst::read(std::span<char> out) {
    if (error_) {
        return failed(*std::exchange(error_, std::nullopt));
    }
    return source_.read(out);
}

ParallelUnpackingSource::ParallelUnpackingSource(ByteSource& packed, std::string name)
    : packed_(packed), serial_(packed_, make_unpacker(Compression::Kind::zstd), std::move(name)) {}

Result<std::size_t> ParallelUnpackingSource::read(std::span<char> out) {
    while (!out.empty() && !serial_.has_ended()) {
        if (way_ == Way::first_frame && serial_.is_between_frames() && serial_.part().frames > 0) {
            buffer_ = serial_.take_rest();
            part_ = serial_.part();
            way_ = Way::ahead;
        }
        if (way_ == Way::ahead) {
            if (const std::size_t got = read_ahead(out); got != 0) {
                return got;
            }
            continue;
        }
        Result<std::size_t> got = serial_.read_on(out);
        if (!got || *got != 0) {
            return got;
        }
    }
    return 0;
}

Result<void> ParallelUnpackingSource::skip(std::uint64_t count) {
    return read_over(*this, count).map_error([this](Error error) {
        return error.place().file.empty() ? std::move(error).at_file(serial_.name())
                                          : std::move(error);
    });
}

std::size_t ParallelUnpackingSource::read_ahead(std::span<char> out) {
    for (;;) {
        hand_over();
        if (ahead_ == nullptr || ahead_->is_empty()) {
            fall_back();
            return 0;
        }
        const FramesAhead::Run& run = ahead_->oldest();
        if (given_ == 0 && (!run.is_good || !after(run).is_believed())) {
            fall_back();
            return 0;
        }
        const std::size_t count = std::min(out.size(), run.size - given_);
        std::copy_n(run.content.data() + given_, count, out.data());
        given_ += count;
        if (given_ == run.size) {
            part_ = after(run);
            given_ = 0;
            ahead_->drop_oldest();
        }
        if (count != 0) {
            return count;
        }
    }
}

UnpackedPart ParallelUnpackingSource::after(const FramesAhead::Run& run) const noexcept {
    return {part_.frames + run.frames, part_.taken + run.packed.size(), part_.made + run.size};
}

void ParallelUnpackingSource::hand_over() {
    while (!is_stuck_ && (ahead_ == nullptr || !ahead_->is_full())) {
        while (cut_ < kEnoughPacked && take_frame()) {
        }
        if (cut_ == 0 || (ahead_ == nullptr && !start_threads())) {
            is_stuck_ = true;
            return;
        }
        ahead_->add(std::string_view(buffer_).substr(0, cut_), frames_);
        buffer_.erase(0, cut_);
        cut_ = 0;
        frames_ = 0;
    }
}

bool ParallelUnpackingSource::start_threads() {
    const unsigned threads = std::min(std::thread::hardware_concurrency(), kMostThreads);
    if (threads > 1 && cut_ >= kEnoughPacked) {
        ahead_ = FramesAhead::start(threads);
    }
    return ahead_ != nullptr;
}

bool ParallelUnpackingSource::take_frame() {
    for (;;) {
        const std::string_view rest = std::string_view(buffer_).substr(cut_);
        // An error when it is not whole, and when it is none: then there is soon too much of it.
        const std::size_t size =
            rest.empty() ? 0 : ZSTD_findFrameCompressedSize(rest.data(), rest.size());
        if (size != 0 && ZSTD_isError(size) == 0) {
            cut_ += size;
            ++frames_;
            return true;
        }
        if (has_ended_ || rest.size() >= FramesAhead::kMostPacked) {
            return false;
        }
        read_packed();
    }
}

void ParallelUnpackingSource::read_packed() {
    const std::size_t had = buffer_.size();
    buffer_.resize(had + kPackedReadBytes);
    Result<std::size_t> got = packed_.read(std::span(buffer_).subspan(had));
    buffer_.resize(had + got.value_or(0));
    has_ended_ = !got || *got == 0;
    if (!got) {
        packed_.tell(std::move(got.error()));
    }
}

void ParallelUnpackingSource::fall_back() {
    std::string packed = ahead_ == nullptr ? std::string() : ahead_->take_back();
    packed += std::exchange(buffer_, {});
    joined_ = make_joined_source(std::move(packed), packed_);
    serial_.resume(part_, *joined_);
    ahead_.reset();
    way_ = Way::serial;
}

}  // namespace ffdump
