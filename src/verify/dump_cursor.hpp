// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "blocks_ahead.hpp"
#include "hashed_source.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/compression.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace ffdump {

/// One record where a cursor stands. Valid until the cursor moves.
struct RecordView {
    const RecordBlock* block = nullptr;
    std::size_t index = 0;

    [[nodiscard]] const RecordSpan& span() const noexcept { return block->spans[index]; }
    [[nodiscard]] bool is_bad() const noexcept { return block->is_bad(index); }
    [[nodiscard]] std::uint64_t ordinal() const noexcept { return block->begin.ordinal + index; }
    [[nodiscard]] RecordId id() const noexcept { return span().id; }
    [[nodiscard]] std::string_view bytes() const noexcept { return block->record(index); }
    [[nodiscard]] std::string_view lead() const noexcept { return block->view(span().lead); }
    [[nodiscard]] std::string_view tail() const noexcept { return block->view(span().tail); }
    [[nodiscard]] std::string_view facen() const noexcept { return block->view(span().facen); }
    [[nodiscard]] std::string_view facen_model() const noexcept {
        return block->view(span().facen_model);
    }
};

/// Walks one dump file record by record; every byte of the file goes through a digest on the way,
/// in order, on a thread of the cursor's own that reads ahead. At the end, or once the cursor is
/// gone, no more bytes come. `profile` must outlive it.
class DumpCursor {
 public:
    /// What the digest is of, when a file is packed.
    enum class DigestOf : std::uint8_t { file, contents };

    /// Opens the file and stands at its first record. Fails as the file system does.
    [[nodiscard]] static Result<std::unique_ptr<DumpCursor>> open(
        FileSystem& files, const std::string& path, const Profile& profile,
        const ReadLimits& limits, DigestOf of, HashedSource::Digest digest);
    DumpCursor(const DumpCursor&) = delete;
    DumpCursor& operator=(const DumpCursor&) = delete;
    ~DumpCursor() = default;

    [[nodiscard]] bool at_end() const noexcept { return ended_; }
    /// Only when not at_end().
    [[nodiscard]] RecordView record() const noexcept { return {&block_, index_}; }
    [[nodiscard]] Result<void> advance();

    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return hashed_.bytes(); }
    /// What stands before the first and, once at_end(), after the last record.
    [[nodiscard]] const std::string& header() const noexcept { return header_; }
    [[nodiscard]] const std::string& trailer() const noexcept { return trailer_; }
    /// What they state.
    [[nodiscard]] const StatedValues& header_values() const noexcept { return header_values_; }
    [[nodiscard]] const StatedValues& trailer_values() const noexcept { return trailer_values_; }
    /// White space before the first record.
    [[nodiscard]] const std::string& first_lead() const noexcept { return first_lead_; }

 private:
    DumpCursor(std::unique_ptr<File> file, Compression::Kind packing, const std::string& path,
               const Profile& profile, const ReadLimits& limits, DigestOf of,
               HashedSource::Digest digest);
    [[nodiscard]] Result<void> load();

    std::string path_;
    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> bytes_;
    HashedSource hashed_;                   ///< the file's bytes
    std::unique_ptr<ByteSource> unpacked_;  ///< none when the file is not packed
    HashedSource contents_;
    RecordReader reader_;
    BlocksAhead ahead_;
    RecordBlock block_;
    std::size_t index_ = 0;
    bool ended_ = false;
    std::string header_;
    std::string trailer_;
    StatedValues header_values_;
    StatedValues trailer_values_;
    std::string first_lead_;
};

}  // namespace ffdump
