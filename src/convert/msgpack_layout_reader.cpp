// SPDX-License-Identifier: Apache-2.0
#include "layout_reader.hpp"
#include "member_mover.hpp"
#include "member_opening.hpp"

#include "ffdump/record/msgpack_token.hpp"

#include <string>
#include <utility>

namespace ffdump {
namespace {

/// The head of the map or array that is all of `value`.
std::string_view head_of(std::string_view value) {
    return value.substr(0, msgpack_head(value).value_or(MsgpackHead{}).bytes);
}

class MsgpackLayoutReader final : public LayoutReader {
 public:
    explicit MsgpackLayoutReader(const Profile& profile) : profile_(profile), parts_(profile) {}

    [[nodiscard]] Result<void> record(const RecordBlock& block, std::size_t i,
                                      NeutralRecord& out) const override {
        const std::string_view value = block.record(i);
        out.texts.clear();
        out.facen_encoding = profile_.facen_encoding;
        out.head = head_of(value);
        out.is_array = msgpack_head(value).value_or(MsgpackHead{}).kind == MsgpackKind::array;
        return open_msgpack(value, parts_.record, out.members, out.texts)
            .map_error([](const Error& error) { return about("the record", error); });
    }

    [[nodiscard]] std::string header_text(const RecordBlock& block) const override {
        return counts_ahead(profile_.container) ? "" : std::string(block.view(block.header));
    }
    [[nodiscard]] std::string trailer_text(const RecordBlock& block) const override {
        return std::string(block.view(block.trailer));
    }
    [[nodiscard]] std::string array_head(const RecordBlock& block) const override {
        return counts_ahead(profile_.container) ? std::string(block.view(block.header)) : "";
    }

    [[nodiscard]] Result<NeutralFrame> header(std::string text) const override {
        return frame(std::move(text), parts_.header);
    }
    [[nodiscard]] Result<NeutralFrame> trailer(std::string text) const override {
        return frame(std::move(text), parts_.trailer);
    }

 private:
    [[nodiscard]] static Result<NeutralFrame> frame(std::string map, const PartPaths& parts) {
        NeutralFrame frame;
        frame.texts.push_back(std::move(map));
        const std::string_view text = frame.texts.back();
        frame.head = head_of(text);
        return open_msgpack(text, parts, frame.members, frame.texts)
            .map_error(
                [](const Error& error) { return about("what stands around the records", error); })
            .map([&frame] { return std::move(frame); });
    }

    const Profile& profile_;
    LayoutParts parts_;
};

}  // namespace

std::unique_ptr<LayoutReader> make_msgpack_layout_reader(const Profile& profile) {
    return std::make_unique<MsgpackLayoutReader>(profile);
}

}  // namespace ffdump
