// SPDX-License-Identifier: Apache-2.0
#include "layout_writer.hpp"
#include "member_meaning.hpp"
#include "member_opening.hpp"
#include "member_spelling.hpp"
#include "msgpack_sink.hpp"
#include "record_places.hpp"

#include "ffdump/record/msgpack_token.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

std::uint64_t elements_of(std::string_view head) {
    const MsgpackHead old = msgpack_head(head).value_or(MsgpackHead{});
    return old.kind == MsgpackKind::map ? old.count / 2 : old.count;
}

/// Writes one map, record, header or trailer.
class MapWriter {
 public:
    /// `from` is how facens in the members are spelled.
    MapWriter(std::string& out, const MemberSpelling& spelling, const FacenEncoding& from)
        : out_(out), spelling_(spelling), from_(from) {}

    /// `head` as it stood in the source stays when it still fits.
    Result<void> map(const NeutralMembers& members, std::string_view head) {
        const bool is_map = msgpack_head(head).value_or(MsgpackHead{}).kind == MsgpackKind::map;
        if (is_map && elements_of(head) == members.size()) {
            out_.append(head);
        } else {
            StringSink sink{out_};
            MsgpackPacker(sink).pack_map(static_cast<std::uint32_t>(members.size()));
        }
        for (const NeutralMember& member : members) {
            Result<void> added =
                spelling_.key(out_, member).and_then([&] { return value(member); });
            if (!added) {
                return added;
            }
        }
        return {};
    }

    Result<void> value(const NeutralMember& member) {
        if (!member.is_open) {
            return spelling_.value(out_, member, from_);
        }
        return map(member.inner, member.head).map_error([&](const Error& error) {
            return within(member, error);
        });
    }

 private:
    std::string& out_;
    const MemberSpelling& spelling_;
    const FacenEncoding& from_;
};

class MsgpackLayoutWriter final : public LayoutWriter {
 public:
    MsgpackLayoutWriter(const Profile& profile, ArrayHead head)
        : profile_(profile),
          spelling_(profile),
          head_(std::move(head)),
          has_places_(has_places(profile)),
          places_(profile) {}

    [[nodiscard]] Result<void> begin(std::string& out, NeutralFrame& header) override {
        if (!counts_ahead(profile_.container)) {
            return frame(out, header);
        }
        // One that was as short as can be is so again.
        const bool was_short = head_.old == shortest_head(elements_of(head_.old));
        const std::optional<std::string> as_wide =
            head_.old.empty() || was_short ? std::nullopt
                                           : msgpack_array_head(head_.records, head_.old);
        out += as_wide ? *as_wide : shortest_head(head_.records);
        return {};
    }

    [[nodiscard]] Result<void> record(std::string& out, const NeutralRecord& record) override {
        ++records_;
        MapWriter writer(out, spelling_, record.facen_encoding);
        Result<void> written =
            has_places_ ? places(out, record, writer) : writer.map(record.members, record.head);
        return std::move(written).map_error(about_field);
    }

    [[nodiscard]] Result<void> end(std::string& out, NeutralFrame& trailer) override {
        if (counts_ahead(profile_.container) && records_ != head_.records) {
            return failed(Reason::source_changed,
                          fmt::format("{} records were counted, and then there were {}",
                                      head_.records, records_));
        }
        return frame(out, trailer);
    }

 private:
    static std::string shortest_head(std::uint64_t count) {
        std::string head;
        StringSink sink{head};
        MsgpackPacker(sink).pack_array(static_cast<std::uint32_t>(count));
        return head;
    }

    Result<void> frame(std::string& out, const NeutralFrame& frame) const {
        if (frame.members.empty()) {
            return {};
        }
        return MapWriter(out, spelling_, profile_.facen_encoding)
            .map(frame.members, frame.head)
            .map_error(about_field);
    }

    Result<void> places(std::string& out, const NeutralRecord& record, MapWriter& writer) {
        if (Result<void> placed = places_.place(record); !placed) {
            return placed;
        }
        const std::size_t count = places_.members().size();
        const bool is_as_long = record.is_array && elements_of(record.head) == count;
        out.append(is_as_long ? std::string(record.head) : shortest_head(count));
        for (const NeutralMember* const member : places_.members()) {
            if (member == nullptr) {
                StringSink sink{out};
                MsgpackPacker(sink).pack_nil();
            } else if (Result<void> put = writer.value(*member); !put) {
                return put;
            }
        }
        return {};
    }

    const Profile& profile_;
    MemberSpelling spelling_;
    ArrayHead head_;
    bool has_places_;
    RecordPlaces places_;
    std::uint64_t records_ = 0;
};

}  // namespace

std::unique_ptr<LayoutWriter> make_msgpack_layout_writer(const Profile& profile, ArrayHead head) {
    return std::make_unique<MsgpackLayoutWriter>(profile, std::move(head));
}

}  // namespace ffdump
