// SPDX-License-Identifier: Apache-2.0
#include "array_resync.hpp"

#include "json_scan.hpp"

namespace ffdump {

std::optional<std::size_t> find_next_record(std::string_view bytes, RecordParser& parser) {
    constexpr std::size_t kMostPasses = 8;
    std::size_t budget = kMostPasses * bytes.size();
    for (std::size_t comma = bytes.find(',', 1); comma != std::string_view::npos;
         comma = bytes.find(',', comma + 1)) {
        const std::size_t begin = skip_space(bytes, comma + 1);
        if (begin == bytes.size() || bytes[begin] != '{') {
            continue;
        }
        const std::size_t end = bracket_end(bytes, begin);
        const std::size_t looked_at = (end == kNowhere ? bytes.size() : end) - begin;
        if (looked_at > budget) {
            return std::nullopt;
        }
        budget -= looked_at;
        const std::size_t after = end == kNowhere ? bytes.size() : skip_space(bytes, end);
        if (after == bytes.size() || (bytes[after] != ',' && bytes[after] != ']')) {
            continue;
        }
        RecordSpan unused;
        const RawRecord candidate{.bytes = bytes.data() + begin,
                                  .size = end - begin,
                                  .capacity = bytes.size() - begin + RecordParser::kPadding,
                                  .begin = 0};
        if (!parser.parse(candidate, unused)) {
            return comma;
        }
    }
    return std::nullopt;
}

}  // namespace ffdump
