// SPDX-License-Identifier: Apache-2.0
#include "stated_values.hpp"

#include "json_members.hpp"
#include "json_scan.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <charconv>
#include <cstdint>
#include <system_error>

namespace ffdump {
namespace {

/// `shift` bytes were put before the text.
ByteRange range_of(std::size_t begin, std::size_t end, std::size_t shift) {
    return {.begin = static_cast<std::uint32_t>(begin - shift),
            .size = static_cast<std::uint32_t>(end - begin)};
}

/// One value of an object; nothing when it is not there or before `shift`.
class Stated {
 public:
    Stated(std::string_view object, std::size_t shift) : object_(object), shift_(shift) {}

    [[nodiscard]] std::optional<ByteRange> text(const FieldPath& path) const {
        const std::optional<ByteRange> token = value(path);
        if (!token || object_[token->begin + shift_] != '"') {
            return std::nullopt;
        }
        return ByteRange{.begin = token->begin + 1, .size = token->size - 2};
    }
    [[nodiscard]] std::optional<ByteRange> number(const FieldPath& path) const {
        const std::optional<ByteRange> token = value(path);
        if (!token) {
            return std::nullopt;
        }
        const char* const begin = object_.data() + token->begin + shift_;
        std::uint64_t unused = 0;
        const auto [stop, error] = std::from_chars(begin, begin + token->size, unused);
        const bool is_number = error == std::errc{} && stop == begin + token->size;
        return is_number ? token : std::nullopt;
    }

 private:
    [[nodiscard]] std::optional<ByteRange> value(const FieldPath& path) const {
        const MemberPlace place = find_member(object_, 0, path, SearchEnd::end_of_text);
        if (place.kind != MemberPlace::Kind::found || place.at < shift_) {
            return std::nullopt;
        }
        const std::size_t end = value_end(object_, place.at);
        if (end == kNowhere) {
            return std::nullopt;
        }
        return range_of(place.at, end, shift_);
    }

    std::string_view object_;
    std::size_t shift_;
};

StatedValues values_in(std::string_view object, const StatedPaths& paths, std::size_t shift) {
    const Stated stated(object, shift);
    return {.gallery = stated.text(paths.gallery),
            .facen_model = stated.text(paths.facen_model),
            .dimension = stated.number(paths.dimension),
            .count = stated.number(paths.count)};
}

bool has_member(std::string_view object, const FieldPath& path) {
    return find_member(object, 0, path, SearchEnd::first_found).kind == MemberPlace::Kind::found;
}

StatedValues moved(StatedValues values, std::size_t by) {
    for (std::optional<ByteRange>* const one :
         {&values.gallery, &values.facen_model, &values.dimension, &values.count}) {
        if (*one) {
            (*one)->begin += static_cast<std::uint32_t>(by);
        }
    }
    return values;
}

}  // namespace

StatedReader::StatedReader(const Profile& profile)
    : profile_(profile), opening_(array_opening(profile)) {}

std::optional<StatedValues> StatedReader::whole_value(
    std::string_view text, const std::optional<StatedPaths>& paths) const {
    if (!paths || !text.starts_with('{') || has_member(text, profile_.id) ||
        has_member(text, profile_.facen) || !is_json_value(text)) {
        return std::nullopt;
    }
    StatedValues values = values_in(text, *paths, 0);
    const bool is_any = values.gallery || values.facen_model || values.dimension || values.count;
    return is_any ? std::optional(values) : std::nullopt;
}

std::optional<StatedValues> StatedReader::header_value(std::string_view text) const {
    return whole_value(text, profile_.header);
}

std::optional<StatedValues> StatedReader::trailer_value(std::string_view text) const {
    return whole_value(text, profile_.trailer);
}

StatedValues StatedReader::before_array(std::string_view text) const {
    return profile_.header ? values_in(text, *profile_.header, 0) : StatedValues{};
}

StatedValues StatedReader::behind_array(std::string_view text) const {
    return profile_.trailer
               ? values_in(opening_ + std::string(text), *profile_.trailer, opening_.size())
               : StatedValues{};
}

bool StatedReader::ends_object(std::string_view text) const {
    return is_json_value(opening_ + std::string(text));
}

bool StatedReader::is_cut_off(std::string_view text) const {
    return bracket_end(opening_ + std::string(text), 0) == kNowhere;
}

StatedValues StatedReader::header(std::string_view text) const {
    // A byte order mark may stand before it.
    const std::size_t begin = text.find('{');
    if (begin == std::string_view::npos) {
        return {};
    }
    const std::string_view value = trim_end(text.substr(begin));
    return moved(profile_.container == Container::json_object
                     ? before_array(value)
                     : header_value(value).value_or(StatedValues{}),
                 begin);
}

StatedValues StatedReader::trailer(std::string_view text) const {
    const bool is_object = profile_.container == Container::json_object;
    const std::size_t begin = text.find(is_object ? ']' : '{');
    if (begin == std::string_view::npos) {
        return {};
    }
    const std::string_view value = trim_end(text.substr(begin));
    return moved(is_object ? behind_array(value) : trailer_value(value).value_or(StatedValues{}),
                 begin);
}

}  // namespace ffdump
