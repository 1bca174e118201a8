// SPDX-License-Identifier: Apache-2.0
#include "file_conversion.hpp"

#include "converted_name.hpp"
#include "member_tree.hpp"
#include "record_places.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;

Error no_place(std::string detail) {
    return {Reason::layout_cannot_carry, std::move(detail)};
}

}  // namespace

Result<void> ConversionTarget::flush() {
    Result<void> added = file->add(buffer);
    buffer.clear();
    return added;
}

Result<ConvertedFile> finish_target(ConversionTarget& target, NeutralFrame& trailer) {
    if (target.facts.count && target.facts.count != target.outcome.records) {
        return failed(Reason::source_changed,
                      fmt::format("{} records were counted, and then there were {}",
                                  *target.facts.count, target.outcome.records));
    }
    return target.writer->end(target.buffer, trailer)
        .and_then([&] { return target.flush(); })
        .and_then([&] { return target.file->finish(); })
        .map([&] {
            target.outcome.bytes = target.file->bytes();
            return target.outcome;
        });
}

FileConversion::FileConversion(const ConvertOptions& options, const DumpFile& source,
                               const RecordCounts& counts, ConvertedFiles& outputs,
                               ConversionTargets& targets)
    : options_(options),
      source_(source),
      counts_(counts),
      outputs_(outputs),
      targets_(targets),
      reader_(make_layout_reader(source.profile)),
      frames_(source.profile, options.target),
      mover_(record_parts(source.profile), record_parts(options.target)),
      common_(source.profile),
      keeps_places_(has_places(options.target)),
      file_gallery_(options.gallery.value_or(source.gallery)) {}

Error FileConversion::at_file(Error error) const {
    return error.place().file.empty() ? std::move(error).at_file(source_.path) : error;
}

Result<void> FileConversion::run(ByteSource& bytes, const Progress& progress) {
    RecordReader reader(bytes, source_.profile, source_.path, options_.limits);
    RecordBlock block;
    for (;;) {
        Result<bool> more = reader.next(block);
        if (!more || !*more) {
            return more ? Result<void>() : failed(std::move(more.error()));
        }
        if (Result<void> added = add_block(block); !added) {
            return failed(at_file(std::move(added.error())));
        }
        if (!progress()) {
            return failed(Reason::interrupted, "interrupted while converting the dump");
        }
    }
}

Error FileConversion::at_header(Error error) const {
    const bool has_lines = notation_of(source_.profile.container) == Notation::json;
    return std::move(error).at_line(has_lines ? 1 : 0).at_offset(0);
}

Result<void> FileConversion::read_header(const RecordBlock& block) {
    array_head_ = reader_->array_head(block);
    header_text_ = reader_->header_text(block);
    if (!header_text_.empty()) {
        Result<NeutralFrame> frame = reader_->header(header_text_);
        if (!frame) {
            return failed(at_header(std::move(frame.error())));
        }
        header_ = facts_in(*frame);
    }
    if (header_.gallery && options_.gallery && *header_.gallery != *options_.gallery) {
        return failed(Error(Reason::usage_error,
                            fmt::format("--gallery is {}, and the header says {}",
                                        printable(*options_.gallery), printable(*header_.gallery)))
                          .hint("leave --gallery out"));
    }
    file_gallery_ = header_.gallery.value_or(file_gallery_);
    return {};
}

Result<void> FileConversion::add_block(const RecordBlock& block) {
    if (block.begin.offset == 0) {
        if (Result<void> read = read_header(block); !read) {
            return read;
        }
    }
    for (std::size_t i = 0; i < block.size(); ++i) {
        const RecordSpan& span = block.spans[i];
        if (block.is_bad(i)) {
            return failed(Error(block.error_of(i))
                              .hint("a damaged dump is not converted; repair it, ffdump inspect "
                                    "lists what is damaged"));
        }
        if (Result<void> added = add_record(block, i); !added) {
            const bool is_of_header = added.error().place().offset.has_value();
            return failed(is_of_header ? std::move(added.error())
                                       : std::move(added.error())
                                             .at_line(span.line)
                                             .at_offset(span.offset)
                                             .at_record(span.id.value));
        }
    }
    return block.last ? end(block) : Result<void>();
}

Result<void> FileConversion::add_record(const RecordBlock& block, std::size_t i) {
    ++records_;
    if (Result<void> read = reader_->record(block, i, record_); !read) {
        return read;
    }
    if (record_.is_array && !keeps_places_) {
        remove_empty_places(record_.members);
    }
    common_.note(record_);
    Result<std::string> gallery = gallery_of_record();
    Result<ConversionTarget*> found =
        gallery ? target_of(*gallery) : failed(std::move(gallery.error()));
    if (!found) {
        return failed(std::move(found.error()));
    }
    ConversionTarget& target = **found;
    return check_facts(target)
        .and_then([&] { return mover_.move(record_.members, record_.texts); })
        .and_then([&] { return settle_gallery(*gallery); })
        .and_then([&] { return target.writer->record(target.buffer, record_); })
        .and_then([&] {
            ++target.outcome.records;
            return target.buffer.size() >= kBufferBytes ? target.flush() : Result<void>();
        });
}

Result<std::string> FileConversion::gallery_of_record() {
    const NeutralMember* const member = find_part(record_.members, Part::gallery);
    if (member == nullptr || is_nothing(*member)) {
        return file_gallery_;
    }
    std::optional<std::string> gallery = plain_text(member);
    if (!gallery) {
        return failed(Reason::record_malformed,
                      fmt::format("field {} is no text", dotted(source_.profile.gallery)));
    }
    if (options_.gallery && *gallery != *options_.gallery) {
        return failed(Error(Reason::usage_error,
                            fmt::format("--gallery is {}, and a record says {}",
                                        printable(*options_.gallery), printable(*gallery)))
                          .hint("leave --gallery out"));
    }
    return std::move(*gallery);
}

Result<ConversionTarget*> FileConversion::target_of(const std::string& gallery) {
    if (last_ != nullptr && last_->facts.gallery == gallery) {
        return last_;
    }
    if (!options_.split_galleries && last_ != nullptr) {
        if (!options_.target.gallery.empty()) {
            return last_;
        }
        return failed(no_place(fmt::format("field {}: the file holds records of several galleries, "
                                           "and a file of {} is of one",
                                           dotted(source_.profile.gallery), options_.target.name))
                          .hint("use --split-galleries, which makes a file of each"));
    }
    const auto there = targets_.find(gallery);
    if (there == targets_.end()) {
        return open_target(gallery);
    }
    last_ = &there->second;
    if (last_->outcome.source != source_.name) {
        joined_ = last_;
    }
    return check_joined("header", header_text_).map([this] { return last_; });
}

/// What stands around records is of their file alone, and has no place behind those of another.
Result<void> FileConversion::check_joined(const char* word, const std::string& text) const {
    if (joined_ == nullptr || text.empty()) {
        return {};
    }
    return failed(
        no_place(fmt::format("the {} would be lost: records of gallery {} go behind those "
                             "of {}",
                             word, printable(joined_->facts.gallery),
                             printable(joined_->outcome.source)))
            .hint("convert the files of the dump one by one"));
}

Result<ConversionTarget*> FileConversion::open_target(const std::string& gallery) {
    Result<std::string> name = converted_name(options_, source_, gallery);
    if (!name) {
        return failed(std::move(name.error()));
    }
    if (targets_.size() >= kMostSplitGalleries) {
        return failed(no_place(fmt::format("there are more than {} galleries to split into",
                                           kMostSplitGalleries))
                          .hint("convert the files of the dump one by one"));
    }
    ConversionTarget target;
    target.facts = {.gallery = gallery,
                    .model = header_.model ? header_.model : model_of(record_),
                    .dimension = header_.dimension};
    if (!target.facts.dimension && !record_.members.empty()) {
        target.facts.dimension = dimension_of(record_);
    }
    if (counts_in_header(source_.profile, options_.target)) {
        target.facts.count = counts_.of(source_, gallery);
    }
    target.outcome = {.source = source_.name,
                      .layout = source_.profile.name,
                      .name = std::move(*name),
                      .gallery = gallery};
    const std::optional<std::uint64_t> stated = number_of(Notation::msgpack, array_head_);
    target.writer =
        make_layout_writer(options_.target, {.records = counts_.is_needed_for(source_.profile)
                                                            ? counts_.of(source_, gallery)
                                                            : stated.value_or(0),
                                             .old = array_head_});
    Result<NeutralFrame> frame =
        header_text_.empty() ? Result<NeutralFrame>() : reader_->header(header_text_);
    if (!frame) {
        return failed(std::move(frame.error()));
    }
    Result<void> begun = check_carried(header_, "header", target)
                             .and_then([&] { return frames_.header(*frame, target.facts); })
                             .and_then([&] { return target.writer->begin(target.buffer, *frame); });
    if (!begun) {
        return failed(at_header(std::move(begun.error())));
    }
    Result<std::unique_ptr<PackedFile>> file = outputs_.create(
        target.outcome.name, options_.compress.value_or(Compression::of(source_.packing)));
    if (!file) {
        return failed(std::move(file.error()));
    }
    target.file = std::move(*file);
    last_ = &targets_.emplace(gallery, std::move(target)).first->second;
    return last_;
}

/// What the source states of the whole file must stand somewhere in the target: where it states it
/// as well, or in its records.
Result<void> FileConversion::check_carried(const StatedFacts& stated, const char* word,
                                           const ConversionTarget& target) const {
    const bool is_header = word == std::string_view("header");
    if (is_header ? frames_.keeps_header() : frames_.keeps_trailer()) {
        return {};
    }
    const auto missing = [&](const char* what) {
        return failed(no_place(fmt::format(
            "the {} states the {}: a file of {} does not, and not every record shows it", word,
            what, options_.target.name)));
    };
    const std::optional<SpelledText>& model =
        states_model(options_.target) ? target.facts.model : common_.model();
    const std::optional<std::uint64_t>& dimension =
        states_dimension(options_.target) ? target.facts.dimension : common_.dimension();
    if (stated.model && !(model && mean_the_same(*stated.model, *model))) {
        return missing("model of the facens");
    }
    if (stated.dimension && stated.dimension != dimension) {
        return missing("dimension of the facens");
    }
    return {};
}

/// What the target states of the whole file must hold for each record.
Result<void> FileConversion::check_facts(const ConversionTarget& target) {
    const bool derives_model = !header_.model && states_model(options_.target);
    if (derives_model && target.facts.model && !has_model(record_, *target.facts.model)) {
        return failed(no_place(
            fmt::format("field {}: the record names {} model{}, and a file of {} states "
                        "one for all",
                        dotted(source_.profile.facen_model), model_of(record_) ? "another" : "no",
                        model_of(record_) ? " than the first one" : "", options_.target.name)));
    }
    const bool derives_dimension = !header_.dimension && states_dimension(options_.target);
    if (derives_dimension && dimension_of(record_) != target.facts.dimension) {
        return failed(
            no_place(fmt::format("field {}: the facen has another dimension than the "
                                 "first one, and a file of {} states one for all",
                                 dotted(source_.profile.facen), options_.target.name)));
    }
    return check_carried(header_, "header", target);
}

/// Where the target's records name their gallery they do; elsewhere the file says it.
Result<void> FileConversion::settle_gallery(const std::string& gallery) {
    if (options_.target.gallery.empty()) {
        remove_part(record_.members, Part::gallery);
        return {};
    }
    if (NeutralMember* const member = find_part(record_.members, Part::gallery);
        member != nullptr) {
        if (is_nothing(*member)) {
            member->value = json_text(gallery, record_.texts);
            member->notation = Notation::json;
        }
        return {};
    }
    NeutralMember made;
    made.part = Part::gallery;
    made.value = json_text(gallery, record_.texts);
    return put_at(record_.members, options_.target.gallery, std::move(made), record_.texts);
}

Result<void> FileConversion::end(const RecordBlock& block) {
    if (last_ == nullptr) {
        if (Result<ConversionTarget*> opened = target_of(file_gallery_); !opened) {
            return failed(std::move(opened.error()));
        }
    }
    trailer_text_ = reader_->trailer_text(block);
    Result<NeutralFrame> frame = trailer_frame();
    if (!frame) {
        return failed(std::move(frame.error()));
    }
    const StatedFacts stated = facts_in(*frame);
    Result<void> counted =
        check_count(stated.count, "trailer")
            .and_then([&] { return check_count(header_.count, "header"); })
            .and_then([&] {
                return check_count(number_of(Notation::msgpack, array_head_), "head of the array");
            });
    if (!counted) {
        return counted;
    }
    Result<void> carried = check_joined("trailer", trailer_text_);
    for (const auto& [gallery, target] : targets_) {
        const bool is_own = target.outcome.source == source_.name;
        carried = carried && is_own ? check_carried(stated, "trailer", target) : carried;
    }
    return carried;
}

Result<void> FileConversion::check_count(std::optional<std::uint64_t> stated,
                                         const char* word) const {
    if (!stated || *stated == records_) {
        return {};
    }
    return failed(Error(Reason::record_torn, fmt::format("the {} states {} records, {} are there",
                                                         word, *stated, records_))
                      .hint("take the dump again"));
}

Result<NeutralFrame> FileConversion::trailer_frame() const {
    return trailer_text_.empty() ? Result<NeutralFrame>() : reader_->trailer(trailer_text_);
}

Result<ConvertedFile> FileConversion::finish(ConversionTarget& target) const {
    Result<NeutralFrame> frame = trailer_frame();
    if (!frame) {
        return failed(std::move(frame.error()));
    }
    return frames_.trailer(*frame, target.facts, target.outcome.records)
        .and_then([&] { return finish_target(target, *frame); })
        .map_error([this](Error error) { return at_file(std::move(error)); });
}

}  // namespace ffdump
