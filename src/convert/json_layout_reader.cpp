// SPDX-License-Identifier: Apache-2.0
#include "layout_reader.hpp"
#include "member_mover.hpp"
#include "member_opening.hpp"
#include "member_tree.hpp"

#include "ffdump/dump/record_splicer.hpp"

#include <string>
#include <utility>

namespace ffdump {
namespace {

class JsonLayoutReader final : public LayoutReader {
 public:
    explicit JsonLayoutReader(const Profile& profile) : profile_(profile), parts_(profile) {
        if (is_object()) {
            // So that the way to the array is opened.
            parts_.header.push_back({Part::none, profile.records});
            parts_.trailer.push_back({Part::none, profile.records});
        }
    }

    [[nodiscard]] Result<void> record(const RecordBlock& block, std::size_t i,
                                      NeutralRecord& out) const override {
        out.texts.clear();
        out.facen_encoding = profile_.facen_encoding;
        return open_members(block.record(i), parts_.record, out.members)
            .map_error([](const Error& error) { return about("the record", error); });
    }

    [[nodiscard]] std::string header_text(const RecordBlock& block) const override {
        const std::string_view text = block.view(block.header);
        const std::size_t begin = text.find('{');
        const StatedValues& values = block.header_values;
        const bool is_header =
            is_object() || values.gallery || values.facen_model || values.dimension || values.count;
        return is_header && begin != std::string_view::npos ? std::string(text.substr(begin)) : "";
    }
    [[nodiscard]] std::string trailer_text(const RecordBlock& block) const override {
        const std::string_view text = block.view(block.trailer);
        const std::size_t begin = text.find(is_object() ? ']' : '{');
        return begin == std::string_view::npos ? "" : std::string(text.substr(begin));
    }

    [[nodiscard]] Result<NeutralFrame> header(std::string text) const override {
        if (is_object()) {
            text += "]" + std::string(profile_.records.size(), '}');
        }
        return frame(std::move(text), parts_.header);
    }
    [[nodiscard]] Result<NeutralFrame> trailer(std::string text) const override {
        return frame((is_object() ? array_opening(profile_) : "") + text, parts_.trailer);
    }

 private:
    [[nodiscard]] bool is_object() const { return profile_.container == Container::json_object; }

    [[nodiscard]] Result<NeutralFrame> frame(std::string object, const PartPaths& parts) const {
        object.erase(object.find_last_not_of(" \t\r\n") + 1);
        NeutralFrame frame;
        frame.texts.push_back(std::move(object));
        if (Result<void> opened = open_members(frame.texts.back(), parts, frame.members); !opened) {
            return failed(about("what stands around the records", opened.error()));
        }
        if (is_object()) {
            remove_at(frame.members, profile_.records);
        }
        return frame;
    }

    const Profile& profile_;
    LayoutParts parts_;
};

}  // namespace

std::unique_ptr<LayoutReader> make_json_layout_reader(const Profile& profile) {
    return std::make_unique<JsonLayoutReader>(profile);
}

}  // namespace ffdump
