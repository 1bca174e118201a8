// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/survey.hpp"

#include "meta_census.hpp"
#include "norm_census.hpp"

#include "ffdump/record/facen.hpp"
#include "ffdump/record/running_hash.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cmath>
#include <memory>
#include <span>

namespace ffdump {
namespace {

constexpr std::size_t kMostKinds = 16;
constexpr std::size_t kSampleIds = 16;
/// Longer ones are no use as a sample.
constexpr std::size_t kLongestSample = 4096;
/// Of a gallery that is told by its name.
constexpr std::size_t kLongestName = 255;

/// Counts `key`; a hostile dump with a million models must not fill the memory.
template <class Key>
void count_kind(std::map<Key, std::uint64_t>& kinds, const Key& key) {
    if (const auto it = kinds.find(key); it != kinds.end()) {
        ++it->second;
    } else if (kinds.size() < kMostKinds) {
        kinds.emplace(key, 1);
    }
}

class Surveyor {
 public:
    Surveyor(FileSystem& files, const SurveyOptions& options, const Profile& profile)
        : options_(options),
          profile_(profile),
          encoding_(profile.facen_encoding),
          meta_(profile, survey_),
          census_(files, options.temporary_folder),
          facens_(files, options.temporary_folder) {}

    Result<void> add(const RecordBlock& block) {
        hash_.add({block.bytes.get(), block.used});
        survey_.bytes += block.used;
        note_stated(block.notation, block.view(block.header), block.header_values);
        note_stated(block.notation, block.view(block.trailer), block.trailer_values);
        for (std::size_t i = 0; i < block.size(); ++i) {
            ++survey_.records;
            if (block.is_bad(i)) {
                note_problem(block.error_of(i));
                ++survey_.bad;
            } else if (Result<void> added = add_record(block, block.spans[i]); !added) {
                return added;
            }
        }
        return {};
    }

    Result<FileSurvey> finish() {
        Result<IdCensus::Duplicates> duplicates = census_.finish(options_.most_problems);
        if (!duplicates) {
            return failed(std::move(duplicates.error()));
        }
        Result<IdCensus::Duplicates> equal = facens_.finish(0);
        if (!equal) {
            return failed(std::move(equal.error()));
        }
        survey_.duplicates = std::move(*duplicates);
        survey_.equal_facens = equal->count;
        survey_.norm_median = norms_.median();
        if (has_wrong_count(survey_)) {
            note_problem(
                Error(Reason::record_torn, fmt::format("the file states {} records, {} are there",
                                                       *survey_.stated_count, survey_.records)));
        }
        survey_.fingerprint = hash_.value().hex();
        return std::move(survey_);
    }

 private:
    void note_stated(Notation notation, std::string_view text, const StatedValues& values) {
        const auto view = [text](const ByteRange& range) {
            return text.substr(range.begin, range.size);
        };
        if (values.facen_model) {
            survey_.stated_model = text_of(notation, view(*values.facen_model)).value_or("");
        }
        if (values.dimension) {
            survey_.stated_dimension = number_of(notation, view(*values.dimension));
        }
        if (values.count) {
            survey_.stated_count = number_of(notation, view(*values.count));
        }
    }

    void note_problem(const Error& error) {
        if (survey_.problems.size() < options_.most_problems) {
            survey_.problems.push_back(error);
        }
    }

    Result<void> add_record(const RecordBlock& block, const RecordSpan& span) {
        if (span.has_normalized_id && span.normalized_id.size != 0) {
            ++survey_.with_image;
            if (survey_.with_image >= next_sample_) {
                take_sample(block, span.normalized_id);
            }
        }
        if (span.has_facen_model) {
            ++survey_.with_model;
            count_model(block, span.facen_model);
        }
        const std::string_view facen = block.view(span.facen);
        count_kind(survey_.dimensions, dimension_of_text(facen, encoding_));
        const bool may_show_slash = encoding_.form == FacenEncoding::Form::base64;
        if (!survey_.slash && may_show_slash) {
            survey_.slash = slash_style_of(facen);
        }
        if (span.has_gallery) {
            count_gallery(block.view(span.gallery));
        }
        if (options_.read_meta) {
            meta_.add(block.view(span.record));
        }
        if (options_.decode_facens) {
            if (Result<void> checked = check_old_facen(facen, span); !checked) {
                return checked;
            }
        }
        return census_.add(span.id);
    }

    void count_gallery(std::string_view token) {
        if (last_gallery_ != nullptr && token == last_gallery_token_) {
            ++*last_gallery_;
            return;
        }
        const Result<std::string> name = text_of(notation_of(profile_.container), token);
        const bool is_usable = name && name->size() <= kLongestName;
        auto found = is_usable ? survey_.galleries.find(*name) : survey_.galleries.end();
        if (is_usable && found == survey_.galleries.end() &&
            survey_.galleries.size() < kMostGalleries) {
            found = survey_.galleries.emplace(*name, 0).first;
        }
        if (found == survey_.galleries.end()) {
            survey_.has_more_galleries = true;
            return;
        }
        ++found->second;
        last_gallery_ = &found->second;
        last_gallery_token_ = token;
    }

    /// Later ones replace earlier ones in turn, at growing distances: the sample comes from all
    /// over a file of any length, at no cost for a record.
    void take_sample(const RecordBlock& block, ByteRange token) {
        const std::uint64_t seen = survey_.with_image;
        next_sample_ = seen + 1 + seen / kSampleIds;
        Result<std::string> id = token.size <= kLongestSample
                                     ? block.text(token)
                                     : failed(Reason::record_malformed, "too long");
        if (!id) {
            return;
        }
        if (survey_.sample_ids.size() < kSampleIds) {
            survey_.sample_ids.push_back(std::move(*id));
        } else {
            survey_.sample_ids[samples_++ % kSampleIds] = std::move(*id);
        }
    }

    void count_model(const RecordBlock& block, ByteRange range) {
        const std::string_view token = block.view(range);
        // Nearly always the same as the record's before: do not unescape it again.
        if (token != last_model_token_) {
            last_model_token_ = token;
            last_model_ = block.text(range).value_or(std::string(token));
        }
        count_kind(survey_.models, last_model_);
    }

    Result<void> check_old_facen(std::string_view text, const RecordSpan& span) {
        const Result<Facen> facen = decode_facen(text, encoding_);
        const double length = facen ? facen_norm(*facen) : 0;
        if (facen && std::isfinite(length) && !facen->empty()) {
            note_norm(length);
            const std::span<const char> bytes(reinterpret_cast<const char*>(facen->data()),
                                              facen->size() * sizeof(float));
            facen_hash_.reset();
            facen_hash_.add({bytes.data(), bytes.size()});
            if (Result<void> added = facens_.add({facen_hash_.value().low}); !added) {
                return added;
            }
        }
        Result<double> norm =
            facen ? check_facen(*facen, {.norm_tolerance = 0.01}) : failed(facen.error());
        if (!norm) {
            ++survey_.invalid_facens;
            note_problem(std::move(norm.error())
                             .at_line(span.line)
                             .at_offset(span.offset)
                             .at_record(span.id.value)
                             .hint("migrate replaces it; nothing needs to be done"));
        }
        return {};
    }

    void note_norm(double norm) {
        norms_.add(norm);
        survey_.norm_max = std::max(survey_.norm_max, norm);
        survey_.norm_min = survey_.norms == 0 ? norm : std::min(survey_.norm_min, norm);
        ++survey_.norms;
    }

    const SurveyOptions& options_;
    const Profile& profile_;
    FacenEncoding encoding_;
    FileSurvey survey_;
    MetaCensus meta_;
    IdCensus census_;
    IdCensus facens_;  ///< of their hashes
    NormCensus norms_;
    RunningHash hash_;
    RunningHash facen_hash_;
    std::uint64_t* last_gallery_ = nullptr;
    std::string last_gallery_token_;
    std::uint64_t next_sample_ = 1;
    std::uint64_t samples_ = 0;
    std::string last_model_token_;
    std::string last_model_;
};

}  // namespace

bool has_wrong_count(const FileSurvey& survey) noexcept {
    return survey.stated_count && *survey.stated_count != survey.records;
}

Result<FileSurvey> survey_bytes(FileSystem& files, const DumpFile& file, ByteSource& bytes,
                                const SurveyOptions& options, const SurveyProgress& progress) {
    RecordReader reader(bytes, file.profile, file.path, options.limits);
    Surveyor surveyor(files, options, file.profile);
    RecordBlock block;
    for (;;) {
        Result<bool> more = reader.next(block);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (!*more) {
            return surveyor.finish();
        }
        if (Result<void> added = surveyor.add(block); !added) {
            return failed(std::move(added.error()));
        }
        if (progress && !progress(block.end.offset)) {
            return failed(Reason::interrupted, "interrupted while reading the dump");
        }
    }
}

Result<FileSurvey> survey_file(FileSystem& files, const DumpFile& file,
                               const SurveyOptions& options, const SurveyProgress& progress) {
    Result<std::unique_ptr<File>> opened = files.open_read(file.path);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    Result<FileIdentity> before = (*opened)->identity();
    if (!before) {
        return failed(std::move(before.error()));
    }
    Result<std::unique_ptr<UnpackedFileSource>> source = make_unpacked_file_source(**opened);
    if (!source) {
        return failed(std::move(source.error()));
    }
    const auto of_file = [&](std::uint64_t) {
        return !progress || progress((*source)->file_bytes());
    };
    Result<FileSurvey> survey = survey_bytes(files, file, **source, options, of_file);
    Result<FileIdentity> after = (*opened)->identity();
    if (survey && after && !(*after == *before)) {
        return failed(
            Error(Reason::source_changed, "the file changed while it was read").at_file(file.path));
    }
    if (survey) {
        survey->identity = *before;
    }
    return survey;
}

}  // namespace ffdump
