// SPDX-License-Identifier: Apache-2.0
#include "round_records.hpp"

#include <string>
#include <utility>

namespace ffdump {

std::uint64_t RoundRecords::total() const noexcept {
    std::uint64_t records = 0;
    for (const FilePlan& file : plan_.files) {
        records += file.action == GalleryAction::migrate ? file.survey.records : 0;
    }
    return records;
}

Result<bool> RoundRecords::next_file() {
    walk_.reset();
    while (next_file_ < plan_.files.size()) {
        const DumpFile& file = plan_.files[next_file_].file;
        const bool migrates = plan_.files[next_file_].action == GalleryAction::migrate;
        ++next_file_;
        if (!migrates) {
            continue;
        }
        Result<std::unique_ptr<RecordWalk>> walk =
            RecordWalk::open(files_, file.path, file.profile, limits_);
        if (!walk) {
            return failed(std::move(walk).error());
        }
        walk_ = std::move(*walk);
        given_ = 0;
        return true;
    }
    return false;
}

Result<bool> RoundRecords::next_block() {
    while (true) {
        if (walk_ && given_ < most_) {
            const Result<bool> filled = walk_->next(block_);
            if (!filled) {
                return failed(filled.error());
            }
            if (*filled) {
                at_ = 0;
                return true;
            }
        }
        const Result<bool> opened = next_file();
        if (!opened || !*opened) {
            return opened;
        }
    }
}

Result<std::optional<RoundRecord>> RoundRecords::next() {
    while (true) {
        if (at_ >= block_.size() || given_ >= most_) {
            const Result<bool> filled = next_block();
            if (!filled) {
                return failed(filled.error());
            }
            if (!*filled) {
                return std::optional<RoundRecord>();
            }
            continue;
        }
        const RecordSpan& span = block_.spans[at_];
        const bool is_bad = block_.is_bad(at_);
        ++at_;
        ++passed_;
        if (is_bad || !span.has_normalized_id || span.normalized_id.size == 0) {
            continue;
        }
        ++given_;
        const std::string_view token = block_.view(span.normalized_id);
        return RoundRecord{
            .file = next_file_ - 1,
            .id = span.id,
            .normalized_id = block_.text(span.normalized_id).value_or(std::string(token))};
    }
}

}  // namespace ffdump
