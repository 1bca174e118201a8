// SPDX-License-Identifier: Apache-2.0
#include "round_records.hpp"

#include "ffdump/io/compression.hpp"

#include <string>
#include <utility>

namespace ffdump {

Result<bool> RoundRecords::next_file() {
    reader_.reset();
    while (next_file_ < plan_.files.size()) {
        const DumpFile& file = plan_.files[next_file_].file;
        const bool migrates = plan_.files[next_file_].action == GalleryAction::migrate;
        ++next_file_;
        if (!migrates) {
            continue;
        }
        Result<std::unique_ptr<File>> opened = files_.open_read(file.path);
        if (!opened) {
            return failed(std::move(opened).error());
        }
        file_ = std::move(*opened);
        Result<std::unique_ptr<ByteSource>> source = make_unpacked_file_source(*file_);
        if (!source) {
            return failed(std::move(source).error());
        }
        source_ = std::move(*source);
        reader_ = std::make_unique<RecordReader>(*source_, file.profile, file.path, limits_);
        given_ = 0;
        return true;
    }
    return false;
}

Result<bool> RoundRecords::next_block() {
    while (true) {
        if (reader_ && given_ < most_) {
            const Result<bool> filled = reader_->next(block_);
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
        return RoundRecord{next_file_ - 1, span.id,
                           block_.text(span.normalized_id).value_or(std::string(token))};
    }
}

}  // namespace ffdump
