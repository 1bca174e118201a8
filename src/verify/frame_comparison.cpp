// SPDX-License-Identifier: Apache-2.0
#include "frame_comparison.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

/// A header or trailer with what it states.
struct Framing {
    const std::string& text;
    const StatedValues& values;

    [[nodiscard]] std::string_view view(const ByteRange& range) const {
        return std::string_view(text).substr(range.begin, range.size);
    }
};

class FrameComparison {
 public:
    FrameComparison(const ComparisonContext& context, const ComparedFile& compared,
                    std::uint64_t records)
        : context_(context), compared_(compared), records_(records) {
        const bool is_copy = compared.file.action == "copy";
        mask_ = {.facen_model = !is_copy && !compared.file.new_model.empty(),
                 .dimension = !is_copy,
                 .count = true};
    }

    void compare(const DumpCursor& source, const DumpCursor& target) {
        const Framing source_header{source.header(), source.header_values()};
        const Framing target_header{target.header(), target.header_values()};
        const Framing target_trailer{target.trailer(), target.trailer_values()};
        const StatedValues padded = with_padding(source_header, target_header);
        const bool is_same_header =
            is_same(source_header, {target.header(), padded}) ||
            is_mended(source.header(), '[', target.header(), array_opening(compared_.profile));
        if (!is_same_header ||
            (records_ != 0 && !is_same_first_lead(source.first_lead(), target.first_lead()))) {
            context_.findings.add(Reason::record_altered, at_byte(compared_.target_path, 0),
                                  "the bytes before the first record differ from the source's");
        }
        const bool is_same_trailer =
            is_same({source.trailer(), source.trailer_values()}, target_trailer) ||
            is_mended(source.trailer(), ']', target.trailer(), array_closing(compared_.profile));
        if (!is_same_trailer) {
            context_.findings.add(Reason::record_altered, in_file(compared_.target_path),
                                  "the bytes after the last record differ from the source's");
        }
        check_stated("header", target_header);
        check_stated("trailer", target_trailer);
    }

 private:
    [[nodiscard]] bool is_same(const Framing& source, const Framing& target) const {
        return rest_of_stated(source.text, source.values, mask_) ==
               rest_of_stated(target.text, target.values, mask_);
    }

    /// A number before the records that has become shorter has spaces behind it in JSON, so that it
    /// is as long as it was.
    [[nodiscard]] StatedValues with_padding(const Framing& source, const Framing& target) const {
        StatedValues values = target.values;
        if (notation() == Notation::json && source.values.count && values.count &&
            source.values.count->size > values.count->size) {
            const std::string spaces(source.values.count->size - values.count->size, ' ');
            const bool is_padded =
                target.text.compare(values.count->end(), spaces.size(), spaces) == 0;
            values.count->size += is_padded ? static_cast<std::uint32_t>(spaces.size()) : 0;
        }
        return values;
    }

    [[nodiscard]] Notation notation() const { return notation_of(compared_.profile.container); }
    [[nodiscard]] bool is_array() const {
        return compared_.profile.container == Container::json_array ||
               compared_.profile.container == Container::json_object;
    }

    /// FileSplicer mends an array whose bracket is missing, which only a run that skips bad records
    /// gets to see.
    [[nodiscard]] bool is_mended(const std::string& source, char bracket, const std::string& target,
                                 const std::string& mending) const {
        return is_array() && context_.skip_bad_records &&
               source.find(bracket) == std::string::npos && target == source + mending;
    }

    /// The first record left takes the place, and the white space, of the first.
    [[nodiscard]] bool is_same_first_lead(const std::string& source,
                                          const std::string& target) const {
        constexpr std::size_t kMostLeadKept = 4096;
        return !has_free_leads(compared_.profile.container) || source == target ||
               (source.size() > kMostLeadKept && target == "\n");
    }

    void check_stated(std::string_view where, const Framing& target) {
        const StatedValues& values = target.values;
        if (values.facen_model && mask_.facen_model) {
            const Result<std::string> model = text_of(notation(), target.view(*values.facen_model));
            if (!model || *model != compared_.file.new_model) {
                note(Reason::model_differs,
                     fmt::format("the {} does not name the new model of the manifest", where));
            }
        }
        const std::size_t dimension = compared_.file.tally.new_dimension;
        if (values.dimension && mask_.dimension && dimension != 0 &&
            number_of(notation(), target.view(*values.dimension)) != dimension) {
            note(Reason::record_altered,
                 fmt::format("the {} states another dimension than the facens have", where));
        }
        if (values.count && number_of(notation(), target.view(*values.count)) != records_) {
            note(Reason::law_broken,
                 fmt::format("the {} states another number of records than the {} that are there",
                             where, records_));
        }
    }

    void note(Reason reason, std::string text) {
        context_.findings.add(reason, in_file(compared_.target_path), std::move(text));
    }

    const ComparisonContext& context_;
    const ComparedFile& compared_;
    std::uint64_t records_;
    StatedMask mask_;
};

}  // namespace

void compare_frames(const ComparisonContext& context, const ComparedFile& compared,
                    const DumpCursor& source, const DumpCursor& target, std::uint64_t records) {
    FrameComparison(context, compared, records).compare(source, target);
}

}  // namespace ffdump
