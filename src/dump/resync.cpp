// SPDX-License-Identifier: Apache-2.0
#include "resync.hpp"

#include "json_scan.hpp"

namespace ffdump {

namespace {

constexpr std::size_t kMostPasses = 8;

/// Tries places where a record might begin, for as long as the bytes looked at are in proportion.
class RecordTrial {
 public:
    RecordTrial(std::string_view bytes, RecordParser& parser)
        : bytes_(bytes), parser_(parser), budget_(kMostPasses * bytes.size()) {}

    [[nodiscard]] bool is_spent() const noexcept { return is_spent_; }

    /// Whether a valid record begins here; its end is end().
    [[nodiscard]] bool begins_at(std::size_t begin) {
        end_ = bracket_end(bytes_, begin);
        const std::size_t looked_at = (end_ == kNowhere ? bytes_.size() : end_) - begin;
        if (looked_at > budget_) {
            is_spent_ = true;
            return false;
        }
        budget_ -= looked_at;
        if (end_ == kNowhere) {
            return false;
        }
        RecordSpan unused;
        return !parser_.parse({.bytes = bytes_.data() + begin,
                               .size = end_ - begin,
                               .capacity = bytes_.size() - begin + RecordParser::kPadding,
                               .begin = 0},
                              unused);
    }
    [[nodiscard]] std::size_t end() const noexcept { return end_; }

 private:
    std::string_view bytes_;
    RecordParser& parser_;
    std::size_t budget_;
    std::size_t end_ = 0;
    bool is_spent_ = false;
};

}  // namespace

std::optional<std::size_t> find_next_record(std::string_view bytes, RecordParser& parser) {
    RecordTrial trial(bytes, parser);
    for (std::size_t comma = bytes.find(',', 1); comma != std::string_view::npos;
         comma = bytes.find(',', comma + 1)) {
        const std::size_t begin = skip_space(bytes, comma + 1);
        if (begin == bytes.size() || bytes[begin] != '{') {
            continue;
        }
        const bool is_record = trial.begins_at(begin);
        if (trial.is_spent()) {
            return std::nullopt;
        }
        const std::size_t after = is_record ? skip_space(bytes, trial.end()) : bytes.size();
        if (after != bytes.size() && (bytes[after] == ',' || bytes[after] == ']')) {
            return comma;
        }
    }
    return std::nullopt;
}

std::optional<std::size_t> find_next_value(std::string_view bytes, RecordParser& parser) {
    RecordTrial trial(bytes, parser);
    for (std::size_t open = bytes.find('{', 1); open != std::string_view::npos;
         open = bytes.find('{', open + 1)) {
        const std::string_view before = trim_end(bytes.substr(0, open));
        if (!before.ends_with('}')) {
            continue;
        }
        if (trial.begins_at(open)) {
            return open;
        }
        if (trial.is_spent()) {
            return std::nullopt;
        }
    }
    return std::nullopt;
}

}  // namespace ffdump
