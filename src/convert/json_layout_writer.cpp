// SPDX-License-Identifier: Apache-2.0
#include "facen_respelling.hpp"
#include "layout_writer.hpp"
#include "member_tree.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_reader.hpp"
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
    MemberList(std::string& out, const FacenEncoding& target) : out_(out), target_(target) {}

    /// `from` is how facens in the members are spelled.
    Result<void> add(const NeutralMember& member, const FacenEncoding& from) {
        begin(member.before, member.key, member.colon);
        if (member.is_open) {
            if (Result<void> added = object(member.inner, member.blank, from); !added) {
                return added;
            }
        } else if (member.part == Part::facen) {
            if (Result<void> added = facen(member, from); !added) {
                return added;
            }
        } else {
            out_.append(member.value);
        }
        out_.append(member.behind);
        return {};
    }

    Result<void> object(const NeutralMembers& members, std::string_view blank,
                        const FacenEncoding& from) {
        out_ += '{';
        MemberList inner(out_, target_);
        for (const NeutralMember& member : members) {
            if (Result<void> added = inner.add(member, from); !added) {
                return added;
            }
        }
        out_.append(members.empty() ? blank : std::string_view());
        out_ += '}';
        return {};
    }

    void begin(std::string_view before, std::string_view key, std::string_view colon) {
        if (std::exchange(has_any_, true)) {
            out_ += ',';
        }
        out_.append(before).append("\"").append(key).append("\"").append(colon);
    }
    /// Something stands in front of the list already.
    void follow() { has_any_ = true; }

 private:
    Result<void> facen(const NeutralMember& member, const FacenEncoding& from) {
        const bool is_text = target_.form != FacenEncoding::Form::numbers;
        out_ += is_text ? "\"" : "";
        Result<void> put = FacenRespelling(from, target_).append(out_, member.value);
        out_ += is_text ? "\"" : "";
        return put;
    }

    std::string& out_;
    const FacenEncoding& target_;
    bool has_any_ = false;
};

std::string plain_key(const NeutralMember& member) {
    return unescape_json(member.key).value_or(std::string(member.key));
}

class JsonLayoutWriter final : public LayoutWriter {
 public:
    explicit JsonLayoutWriter(const Profile& profile) : profile_(profile) {}

    [[nodiscard]] Result<void> begin(std::string& out, NeutralMembers& header) override {
        switch (profile_.container) {
            case Container::json_array:
                out += '[';
                return {};
            case Container::json_object:
                return open_level(out, header, 0);
            default:
                return line(out, header);
        }
    }

    [[nodiscard]] Result<void> record(std::string& out, const NeutralRecord& record) override {
        if (is_array()) {
            out += records_ == 0 ? "\n" : ",\n";
        }
        ++records_;
        const std::size_t begin = out.size();
        MemberList list(out, profile_.facen_encoding);
        if (Result<void> added = list.object(record.members, {}, record.facen_encoding); !added) {
            return failed(
                Error(added.error().reason(),
                      fmt::format("field {}: {}", dotted(profile_.facen), added.error().detail())));
        }
        end_line(out, begin);
        return {};
    }

    [[nodiscard]] Result<void> end(std::string& out, NeutralMembers& trailer) override {
        if (!is_array()) {
            return line(out, trailer);
        }
        out += "\n]";
        if (profile_.container == Container::json_object) {
            if (Result<void> closed = close_level(out, trailer, 0); !closed) {
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
            out.replace(begin, std::string::npos, text);
        }
        out += '\n';
    }

    Result<void> line(std::string& out, const NeutralMembers& members) const {
        if (members.empty()) {
            return {};
        }
        const std::size_t begin = out.size();
        Result<void> written =
            MemberList(out, profile_.facen_encoding).object(members, {}, profile_.facen_encoding);
        end_line(out, begin);
        return written;
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
    Result<void> others(MemberList& list, const NeutralMembers& members,
                        const NeutralMember* on_way) const {
        for (const NeutralMember& member : members) {
            if (&member == on_way) {
                continue;
            }
            if (Result<void> added = list.add(member, profile_.facen_encoding); !added) {
                return added;
            }
        }
        return {};
    }

    Result<void> open_level(std::string& out, NeutralMembers& members, std::size_t depth) {
        out += '{';
        NeutralMember* const on_way = way(members, depth);
        std::vector<std::string>& keys = opened_.emplace_back();
        for (const NeutralMember& member : members) {
            keys.push_back(plain_key(member));
        }
        MemberList list(out, profile_.facen_encoding);
        Result<void> done = check_way(on_way, depth);
        done = done ? others(list, members, on_way) : done;
        if (!done) {
            return done;
        }
        std::string key;
        append_json_escaped(key, profile_.records[depth]);
        list.begin({}, key, ":");
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
            if (&member != on_way && std::ranges::find(keys, plain_key(member)) != keys.end()) {
                return failed(
                    Reason::layout_cannot_carry,
                    fmt::format("field {} is in the header and in the trailer, and in one "
                                "object of {} it can be once",
                                printable(member.key), profile_.name));
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
        MemberList list(out, profile_.facen_encoding);
        list.follow();
        done = done ? others(list, members, on_way) : done;
        out += '}';
        return done;
    }

    const Profile& profile_;
    std::vector<std::vector<std::string>> opened_;  ///< keys in front of the array, by depth
    std::uint64_t records_ = 0;
};

}  // namespace

std::unique_ptr<LayoutWriter> make_layout_writer(const Profile& profile) {
    return std::make_unique<JsonLayoutWriter>(profile);
}

}  // namespace ffdump
