// SPDX-License-Identifier: Apache-2.0
#include "json_scan.hpp"
#include "loose_framing.hpp"
#include "resync.hpp"

#include <algorithm>

namespace ffdump {
namespace {

class StreamFraming final : public LooseFraming {
 public:
    using LooseFraming::LooseFraming;

    [[nodiscard]] Lines lines() const noexcept override { return Lines::anywhere; }
    [[nodiscard]] std::optional<std::size_t> find_next(std::string_view bytes,
                                                       RecordParser& parser) const override {
        return find_next_value(bytes, parser);
    }
    [[nodiscard]] bool may_swallow() const noexcept override { return true; }

 private:
    [[nodiscard]] std::size_t header_end(std::string_view window, std::size_t begin,
                                         bool /*whole*/) const override {
        return value_end(window, begin);
    }

    [[nodiscard]] Frame value_at(std::size_t lead, std::string_view window,
                                 bool whole) const override {
        if (window[lead] != '{') {
            return no_object(lead, window, whole);
        }
        const std::size_t end = bracket_end(window, lead);
        if (end == kNowhere) {
            return unfinished(lead, window, whole);
        }
        return {.kind = Frame::Kind::record, .lead = lead, .record = end - lead};
    }

    /// Something else than an object ends where the next object begins.
    static Frame no_object(std::size_t lead, std::string_view window, bool whole) {
        const std::size_t open = window.find('{', lead);
        if (open == std::string_view::npos && !whole) {
            return {.lead = lead};
        }
        return {.kind = Frame::Kind::bad,
                .lead = lead,
                .record = std::min(open, window.size()) - lead,
                .detail = "something stands between records"};
    }

    static Frame unfinished(std::size_t lead, std::string_view window, bool whole) {
        if (!whole) {
            return {.lead = lead};
        }
        return {.kind = Frame::Kind::bad,
                .lead = lead,
                .record = window.size() - lead,
                .is_runaway = true,
                .reason = Reason::record_torn,
                .detail = "the file ends inside a record"};
    }
};

}  // namespace

std::unique_ptr<RecordFraming> make_stream_framing(const Profile& profile,
                                                   const StatedReader& stated) {
    return std::make_unique<StreamFraming>(profile, stated);
}

}  // namespace ffdump
