// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "loose_framing.hpp"

#include <algorithm>

namespace ffdump {
namespace {

class LineFraming final : public LooseFraming {
 public:
    using LooseFraming::LooseFraming;

    [[nodiscard]] Lines lines() const noexcept override { return Lines::one_a_record; }
    [[nodiscard]] std::optional<std::size_t> find_next(std::string_view /*bytes*/,
                                                       RecordParser& /*parser*/) const override {
        return std::nullopt;  // the next line is
    }

 private:
    [[nodiscard]] std::size_t header_end(std::string_view window, std::size_t begin,
                                         bool whole) const override {
        const std::size_t newline = window.find('\n', begin);
        if (newline != std::string_view::npos) {
            return newline + 1;
        }
        return whole ? window.size() : kNowhere;
    }

    [[nodiscard]] Frame value_at(std::size_t lead, std::string_view window,
                                 bool whole) const override {
        const std::size_t newline = window.find('\n', lead);
        if (newline == std::string_view::npos && !whole) {
            return {.lead = lead};
        }
        const std::size_t end = std::min(newline, window.size() - 1) + 1;
        const std::size_t record = trim_end(window.substr(lead, end - lead)).size();
        return {.kind = Frame::Kind::record,
                .lead = lead,
                .record = record,
                .tail = end - lead - record,
                .unterminated = newline == std::string_view::npos};
    }
};

}  // namespace

std::unique_ptr<RecordFraming> make_line_framing(const Profile& profile,
                                                 const StatedReader& stated) {
    return std::make_unique<LineFraming>(profile, stated);
}

}  // namespace ffdump
