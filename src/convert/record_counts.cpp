// SPDX-License-Identifier: Apache-2.0
#include "record_counts.hpp"

#include "stated_frames.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <utility>

namespace ffdump {
namespace {

/// What the header states, in the file's first block.
std::optional<std::string> stated_gallery(const RecordBlock& block) {
    if (!block.header_values.gallery) {
        return std::nullopt;
    }
    ByteRange range = *block.header_values.gallery;
    range.begin += block.header.begin;
    Result<std::string> gallery = block.text(range);
    return gallery ? std::optional(std::move(*gallery)) : std::nullopt;
}

}  // namespace

bool RecordCounts::is_needed_for(const Profile& source) const {
    const bool is_known = counts_ahead(source.container) && !options_.split_galleries;
    // Split, a file may get records of sources in several layouts.
    return (counts_ahead(options_.target.container) && !is_known) ||
           counts_in_header(source, options_.target) ||
           (options_.split_galleries && counts_ahead(options_.target));
}

Result<void> RecordCounts::add(const DumpFile& file, ByteSource& bytes,
                               const std::function<bool()>& go_on) {
    RecordReader reader(bytes, file.profile, file.path, options_.limits);
    RecordBlock block;
    std::string file_gallery = options_.gallery.value_or(file.gallery);
    for (;;) {
        Result<bool> more = reader.next(block);
        if (!more || !*more) {
            return more ? Result<void>() : failed(std::move(more.error()));
        }
        if (block.begin.offset == 0) {
            file_gallery = stated_gallery(block).value_or(file_gallery);
        }
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (block.is_bad(i)) {
                return {};
            }
            if (!options_.split_galleries) {
                ++counts_[file.name];
                continue;
            }
            const RecordSpan& span = block.spans[i];
            const std::string gallery =
                span.has_gallery ? block.text(span.gallery).value_or(file_gallery) : file_gallery;
            // The conversion says that there are too many.
            if (counts_.size() < kMostSplitGalleries || counts_.contains(gallery)) {
                ++counts_[gallery];
            }
        }
        if (!go_on()) {
            return failed(Reason::interrupted, "interrupted while counting records");
        }
    }
}

std::uint64_t RecordCounts::of(const DumpFile& file, const std::string& gallery) const {
    const auto found = counts_.find(options_.split_galleries ? gallery : file.name);
    return found == counts_.end() ? 0 : found->second;
}

}  // namespace ffdump
