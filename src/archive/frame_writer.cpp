// SPDX-License-Identifier: Apache-2.0
#include "frame_writer.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {

FrameWriter::FrameWriter(const Shape& shape, ArchiveSink sink)
    : sink_(std::move(sink)),
      frame_bytes_(std::clamp<std::size_t>(shape.frame_bytes, 1, kFrameContentBytes)) {
    for (unsigned i = 0; i < std::max(1U, shape.threads); ++i) {
        threads_.emplace_back([this, level = shape.level] { work(level); });
    }
}

FrameWriter::~FrameWriter() {
    {
        const std::lock_guard lock(mutex_);
        is_over_ = true;
        to_pack_.clear();
    }
    changed_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
}

void FrameWriter::work(int level) {
    FrameCodec codec(level);
    for (;;) {
        std::shared_ptr<Job> job;
        {
            std::unique_lock lock(mutex_);
            changed_.wait(lock, [this] { return is_over_ || !to_pack_.empty(); });
            if (to_pack_.empty()) {
                return;
            }
            job = std::move(to_pack_.front());
            to_pack_.pop_front();
        }
        std::optional<std::string> frame = codec.pack(job->content);
        {
            const std::lock_guard lock(mutex_);
            job->frame = std::move(frame);
            job->is_done = true;
        }
        changed_.notify_all();
    }
}

Result<void> FrameWriter::add(std::string_view bytes) {
    while (!bytes.empty()) {
        const std::string_view piece = bytes.substr(0, frame_bytes_ - content_.size());
        content_.append(piece);
        bytes.remove_prefix(piece.size());
        if (content_.size() == frame_bytes_) {
            if (Result<void> ended = end_frame(); !ended) {
                return ended;
            }
        }
    }
    return {};
}

Result<void> FrameWriter::end_frame() {
    if (content_.empty()) {
        return {};
    }
    auto job = std::make_shared<Job>();
    job->content = std::exchange(content_, {});
    in_order_.push_back(job);
    {
        const std::lock_guard lock(mutex_);
        to_pack_.push_back(std::move(job));
    }
    changed_.notify_all();
    const std::size_t most_waiting = threads_.size() * 2;
    return in_order_.size() > most_waiting ? write_oldest() : Result<void>();
}

Result<void> FrameWriter::write_oldest() {
    const std::shared_ptr<Job> job = std::move(in_order_.front());
    in_order_.pop_front();
    {
        std::unique_lock lock(mutex_);
        changed_.wait(lock, [&job] { return job->is_done; });
    }
    if (!job->frame) {
        return failed(Reason::internal_error, "cannot pack the archive: no memory");
    }
    const FrameMark mark =
        FrameMark::of(tar_offset_, static_cast<std::uint32_t>(job->content.size()), *job->frame);
    frames_.push_back({mark.packed_bytes, mark.content_bytes});
    tar_offset_ += job->content.size();
    return write(*job->frame).and_then([&] { return write(mark.text()); });
}

Result<void> FrameWriter::write(std::string_view bytes) {
    packed_bytes_ += bytes.size();
    return sink_(bytes);
}

Result<void> FrameWriter::finish() {
    if (Result<void> ended = end_frame(); !ended) {
        return ended;
    }
    while (!in_order_.empty()) {
        if (Result<void> written = write_oldest(); !written) {
            return written;
        }
    }
    return write(seek_table(frames_));
}

}  // namespace ffdump
