// SPDX-License-Identifier: Apache-2.0
#include "layout_writer.hpp"
#include "member_meaning.hpp"
#include "member_spelling.hpp"
#include "member_tree.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdint>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Members of one object with commas between.
class MemberList {
 public:
    /// `from` is how facens in the members are spelled.
    MemberList(std::string& out, const MemberSpelling& spelling, const FacenEncoding& from)
        : out_(out), spelling_(spelling), from_(from) {}

    Result<void> add(const NeutralMember& member) {
        begin(member.before);
        Result<void> added = spelling_.key(out_, member);
        out_.append(member.colon);
        if (added && member.is_open) {
            added = object(member.inner, member.blank).map_error([&](const Error& error) {
                return within(member, error);
            });
        } else if (added) {
            added = spelling_.value(out_, member, from_);
        }
        out_.append(member.behind);
        return added;
    }

    Result<void> object(const NeutralMembers& members, std::string_view blank) {
        out_ += '{';
        MemberList inner(out_, spelling_, from_);
        for (const NeutralMember& member : members) {
            if (Result<void> added = inner.add(member); !added) {
                return added;
            }
        }
        out_.append(members.empty() ? blank : std::string_view());
        out_ += '}';
        return {};
    }

    void begin(std::string_view before) {
        if (std::exchange(has_any_, true)) {
            out_ += ',';
        }
        out_.append(before);
    }
    /// Something stands in front of the list already.
    void follow() { has_any_ = true; }

 private:
    std::string& out_;
    const MemberSpelling& spelling_;
    const FacenEncoding& from_;
    bool has_any_ = false;
};

std::string known_key(const NeutralMember& member) {
    return plain_key(member).value_or(std::string(member.key));
}

class JsonLayoutWriter final : public LayoutWriter {
 public:
    explicit JsonLayoutWriter(const Profile& profile) : profile_(profile), spelling_(profile) {}

    [[nodiscard]] Result<void> begin(std::string& out, NeutralFrame& header) override {
        switch (profile_.container) {
            case Container::json_array:
                out += '[';
                return {};
            case Container::json_object:
                return open_level(out, header.members, 0);
            default:
                return line(out, header.members);
        }
    }

    [[nodiscard]] Result<void> record(std::string& out, const NeutralRecord& record) override {
        if (is_array()) {
            out += records_ == 0 ? "\n" : ",\n";
        }
        ++records_;
        const std::size_t begin = out.size();
        MemberList list(out, spelling_, record.facen_encoding);
        if (Result<void> added = list.object(record.members, {}); !added) {
            return failed(about_field(added.error()));
        }
        end_line(out, begin);
        return {};
    }

    [[nodiscard]] Result<void> end(std::string& out, NeutralFrame& trailer) override {
        if (!is_array()) {
            return line(out, trailer.members);
        }
        out += "\n]";
        if (profile_.container == Container::json_object) {
            if (Result<void> closed = close_level(out, trailer.members, 0); !closed) {
                return closed;
            }
        }
        out += '\n';
        return {};
    }

 private:
    [[nodiscard]] bool is_array() const {
        return profile_.container == Container::json_array ||
               profile_.container == Container::json_object;
    }

    /// White space within a record may hold line ends, and in a line it may not; in texts there are
    /// none. A stream has no white space between values: with line ends there it would be lines.
    void end_line(std::string& out, std::size_t begin) const {
        if (profile_.container != Container::json_lines) {
            return;
        }
        if (out.find_first_of("\r\n", begin) != std::string::npos) {
            std::string text = out.substr(begin);
            std::erase_if(text, [](char c) { return c == '\n' || c == '\r'; });
            out.resize(begin);
            out.append(text);
        }
        out += '\n';
    }

    Result<void> line(std::string& out, const NeutralMembers& members) const {
        if (members.empty()) {
            return {};
        }
        const std::size_t begin = out.size();
        Result<void> written =
            MemberList(out, spelling_, profile_.facen_encoding).object(members, {});
        end_line(out, begin);
        return std::move(written).map_error(about_field);
    }

    /// The member on the way to the array at this level, and the others.
    NeutralMember* way(NeutralMembers& members, std::size_t depth) const {
        return find_key(members, profile_.records[depth]);
    }
    [[nodiscard]] bool is_last(std::size_t depth) const {
        return depth + 1 == profile_.records.size();
    }
    Result<void> check_way(const NeutralMember* member, std::size_t depth) const {
        if (member != nullptr && (is_last(depth) || !member->is_open)) {
            return failed(Reason::layout_cannot_carry,
                          fmt::format("field {} stands where the records are to be",
                                      profile_.records[depth]));
        }
        return {};
    }
    static Result<void> others(MemberList& list, const NeutralMembers& members,
                               const NeutralMember* on_way) {
        for (const NeutralMember& member : members) {
            if (&member == on_way) {
                continue;
            }
            if (Result<void> added = list.add(member); !added) {
                return failed(about_field(added.error()));
            }
        }
        return {};
    }

    Result<void> open_level(std::string& out, NeutralMembers& members, std::size_t depth) {
        out += '{';
        NeutralMember* const on_way = way(members, depth);
        std::vector<std::string>& keys = opened_.emplace_back();
        for (const NeutralMember& member : members) {
            keys.push_back(known_key(member));
        }
        MemberList list(out, spelling_, profile_.facen_encoding);
        Result<void> done = check_way(on_way, depth);
        done = done ? others(list, members, on_way) : done;
        if (!done) {
            return done;
        }
        list.begin({});
        out += '"';
        append_json_escaped(out, profile_.records[depth]);
        out += "\":";
        if (is_last(depth)) {
            out += '[';
            return {};
        }
        NeutralMembers none;
        return open_level(out, on_way == nullptr ? none : on_way->inner, depth + 1);
    }

    /// The header's members stand in the same object.
    Result<void> check_keys(const NeutralMembers& members, const NeutralMember* on_way,
                            std::size_t depth) const {
        for (const NeutralMember& member : members) {
            const std::vector<std::string>& keys = opened_[depth];
            if (&member != on_way && std::ranges::find(keys, known_key(member)) != keys.end()) {
                return failed(
                    Reason::layout_cannot_carry,
                    fmt::format("field {} is in the header and in the trailer, and in one "
                                "object of {} it can be once",
                                shown_key(member), profile_.name));
            }
        }
        return {};
    }

    Result<void> close_level(std::string& out, NeutralMembers& members, std::size_t depth) const {
        NeutralMember* const on_way = way(members, depth);
        Result<void> done =
            check_way(on_way, depth).and_then([&] { return check_keys(members, on_way, depth); });
        if (done && !is_last(depth)) {
            NeutralMembers none;
            done = close_level(out, on_way == nullptr ? none : on_way->inner, depth + 1);
        }
        MemberList list(out, spelling_, profile_.facen_encoding);
        list.follow();
        done = done ? others(list, members, on_way) : done;
        out += '}';
        return done;
    }

    const Profile& profile_;
    MemberSpelling spelling_;
    std::vector<std::vector<std::string>> opened_;  ///< keys in front of the array, by depth
    std::uint64_t records_ = 0;
};

}  // namespace

std::unique_ptr<LayoutWriter> make_json_layout_writer(const Profile& profile) {
    return std::make_unique<JsonLayoutWriter>(profile);
}

}  // namespace ffdump
