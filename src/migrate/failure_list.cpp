// SPDX-License-Identifier: Apache-2.0
#include "failure_list.hpp"

#include "part_file.hpp"

#include <utility>

namespace ffdump {

Result<void> FailureList::resume(std::vector<WrittenRegion> regions) {
    regions_ = std::move(regions);
    bytes_ = end_of(regions_);
    Result<std::unique_ptr<File>> opened = files_.open_append(directory_.failures_part());
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    file_ = std::move(*opened);
    // The name must be durable before the first commit speaks of the file.
    return cut_to(*file_, bytes_).and_then([this] {
        return files_.sync_directory(directory_.state_folder());
    });
}

Result<void> FailureList::flush() {
    if (buffer_.empty()) {
        return {};
    }
    if (Result<void> written = file_->write(buffer_); !written) {
        return written;
    }
    hash_.add(buffer_);
    bytes_ += buffer_.size();
    buffer_.clear();
    return {};
}

std::string FailureList::end_region() {
    const std::uint64_t begin = end_of(regions_);
    if (begin == bytes_) {
        return {};
    }
    regions_.push_back({begin, bytes_, hash_.value().hex()});
    hash_.reset();
    return regions_.back().hash;
}

}  // namespace ffdump
