// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "common_facts.hpp"
#include "converted_files.hpp"
#include "layout_reader.hpp"
#include "layout_writer.hpp"
#include "member_mover.hpp"
#include "record_counts.hpp"
#include "stated_frames.hpp"

#include "ffdump/convert/conversion.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/io/byte_source.hpp"

#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A file that is being written, with what its header states.
struct ConversionTarget {
    ConvertedFile outcome;
    FileFacts facts;
    std::unique_ptr<LayoutWriter> writer;
    std::unique_ptr<PackedFile> file;
    std::string buffer;

    [[nodiscard]] Result<void> flush();
};
/// By gallery.
using ConversionTargets = std::map<std::string, ConversionTarget, std::less<>>;

/// Ends a target's file; `trailer` as the target's layout has it.
[[nodiscard]] Result<ConvertedFile> finish_target(ConversionTarget& target, NeutralFrame& trailer);

/// Brings the records of one file to those of one or, when it is split, of several. One thread.
class FileConversion {
 public:
    /// Everything is borrowed. `targets` may hold files that other sources began.
    FileConversion(const ConvertOptions& options, const DumpFile& source,
                   const RecordCounts& counts, ConvertedFiles& outputs, ConversionTargets& targets);

    /// Called after each block; false stops.
    using Progress = std::function<bool()>;
    /// Reads all of `bytes`. Errors name their place.
    [[nodiscard]] Result<void> run(ByteSource& bytes, const Progress& progress);

    /// Whether records of another file may go behind these: nothing stands around them.
    [[nodiscard]] bool may_go_on() const noexcept {
        return header_text_.empty() && trailer_text_.empty();
    }
    /// After run(): the target with what stands behind the records of this file.
    [[nodiscard]] Result<ConvertedFile> finish(ConversionTarget& target) const;

 private:
    [[nodiscard]] Result<void> add_block(const RecordBlock& block);
    [[nodiscard]] Result<void> add_record(const RecordBlock& block, std::size_t i);
    [[nodiscard]] Result<void> end(const RecordBlock& block);
    [[nodiscard]] Result<ConversionTarget*> target_of(const std::string& gallery);
    [[nodiscard]] Result<ConversionTarget*> open_target(const std::string& gallery);
    [[nodiscard]] Result<std::string> gallery_of_record();
    [[nodiscard]] Result<void> settle_gallery(const std::string& gallery);
    [[nodiscard]] Result<void> check_facts(const ConversionTarget& target);
    [[nodiscard]] Result<void> check_carried(const StatedFacts& stated, const char* word,
                                             const ConversionTarget& target) const;
    [[nodiscard]] Result<void> check_joined(const char* word, const std::string& text) const;
    [[nodiscard]] Result<void> read_header(const RecordBlock& block);
    [[nodiscard]] Result<void> check_count(std::optional<std::uint64_t> stated,
                                           const char* word) const;
    [[nodiscard]] Error at_header(Error error) const;
    [[nodiscard]] Result<NeutralFrame> trailer_frame() const;
    [[nodiscard]] Error at_file(Error error) const;

    const ConvertOptions& options_;
    const DumpFile& source_;
    const RecordCounts& counts_;
    ConvertedFiles& outputs_;
    ConversionTargets& targets_;
    std::unique_ptr<LayoutReader> reader_;
    FrameMaker frames_;
    MemberMover mover_;
    std::string header_text_;
    StatedFacts header_;
    std::string trailer_text_;
    std::string array_head_;
    NeutralRecord record_;  ///< the one at hand
    CommonFacts common_;
    ConversionTarget* last_ = nullptr;
    const ConversionTarget* joined_ = nullptr;  ///< one that another source began
    bool keeps_places_;                         ///< a record that is an array stays one
    std::string file_gallery_;                  ///< of records that name none
    std::uint64_t records_ = 0;
};

}  // namespace ffdump
