// SPDX-License-Identifier: Apache-2.0
#include "recognise_sketch.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstddef>

namespace ffdump {
namespace {

constexpr std::size_t kMostKeys = 40;
constexpr std::size_t kMostLevels = 4;
constexpr std::size_t kLongestKey = 40;

/// Walks JSON without believing that it is any: every step moves on or stops.
class Sketcher {
 public:
    Sketcher(std::string_view text, std::vector<std::string>& top_keys)
        : text_(text), top_keys_(top_keys) {}

    std::string value(std::size_t level) {
        skip_blanks();
        const std::size_t begin = at_;
        if (at_ == text_.size()) {
            return "...";
        }
        const char first = text_[at_];
        if (first == '{' && level < kMostLevels) {
            return object(level);
        }
        if (first == '{' || first == '[') {
            skip_nested();
            return fmt::format("{} of {}", first == '{' ? "object" : "list", size_from(begin));
        }
        if (first == '"') {
            skip_text();
            return fmt::format("text of {}", size_from(begin, 2));
        }
        at_ = std::min(text_.find_first_of(",]}\" \t\r\n", at_), text_.size());
        if (at_ == begin) {
            ++at_;  // a bracket or comma where a value belongs
        }
        const bool number = first == '-' || (first >= '0' && first <= '9');
        return number ? fmt::format("number of {}", size_from(begin)) : "true, false or null";
    }

 private:
    [[nodiscard]] std::string size_from(std::size_t begin, std::size_t quotes = 0) const {
        const std::size_t size = at_ - begin;
        const std::string_view more = at_ == text_.size() ? " or more" : "";
        return fmt::format("{}{} bytes", size > quotes ? size - quotes : 0, more);
    }

    void skip_blanks() { at_ = std::min(text_.find_first_not_of(" \t\r\n", at_), text_.size()); }

    /// Stands at a quote; goes behind the closing one or to the end.
    void skip_text() {
        for (++at_; at_ < text_.size(); ++at_) {
            if (text_[at_] == '\\') {
                ++at_;
            } else if (text_[at_] == '"') {
                ++at_;
                return;
            }
        }
        at_ = text_.size();
    }

    void skip_nested() {
        std::size_t open = 0;
        while (at_ < text_.size()) {
            const char c = text_[at_];
            if (c == '"') {
                skip_text();
                continue;
            }
            ++at_;
            if (c == '{' || c == '[') {
                ++open;
            } else if ((c == '}' || c == ']') && --open == 0) {
                return;
            }
        }
    }

    std::string object(std::size_t level) {
        std::string out = "{";
        ++at_;
        while (true) {
            skip_blanks();
            if (at_ == text_.size()) {
                return out + "...";
            }
            const char c = text_[at_];
            if (c == '}') {
                ++at_;
                return out + "}";
            }
            if (c == ',') {
                ++at_;
                continue;
            }
            if (c != '"' || keys_ == kMostKeys) {
                at_ = text_.size();
                return out + (out == "{" ? "..." : ", ...");
            }
            out += (out == "{" ? "" : ", ") + member(level);
        }
    }

    std::string member(std::size_t level) {
        ++keys_;
        const std::size_t begin = at_ + 1;
        skip_text();
        const std::size_t length = at_ > begin ? at_ - begin - 1 : 0;
        if (level == 0) {
            top_keys_.emplace_back(text_.substr(begin, length));
        }
        const std::string key = printable(text_.substr(begin, std::min(length, kLongestKey)));
        skip_blanks();
        if (at_ < text_.size() && text_[at_] == ':') {
            ++at_;
        }
        return key + " " + value(level + 1);
    }

    std::string_view text_;
    std::vector<std::string>& top_keys_;
    std::size_t at_ = 0;
    std::size_t keys_ = 0;
};

struct Magic {
    std::string_view bytes;
    ByteNature nature;
};

using namespace std::string_view_literals;
constexpr std::array kMagics = {
    Magic{"\x28\xB5\x2F\xFD"sv, {"a zstd file", "decompress it first: zstd -d FILE"}},
    Magic{"\x1F\x8B"sv, {"a gzip file", "decompress it first: gzip -d FILE"}},
    Magic{"\xFD"
          "7zXZ"sv,
          {"an xz file", "decompress it first: xz -d FILE"}},
    Magic{"BZh"sv, {"a bzip2 file", "decompress it first: bzip2 -d FILE"}},
    Magic{"PK\x03\x04"sv, {"a zip archive", "unpack it first and give the folder"}},
    Magic{"\xEF\xBB\xBF"sv,
          {"UTF-8 text with a byte order mark", "remove its first three bytes: tail -c +4 FILE"}},
    Magic{"\xFF\xFE"sv, {"UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE"}},
    Magic{"\xFE\xFF"sv, {"UTF-16 text", "convert it first: iconv -f UTF-16 -t UTF-8 FILE"}},
    Magic{"<"sv, {"XML or HTML", "give the file that findface-storage-api-dump wrote"}},
};

bool is_tar(std::string_view prefix) {
    constexpr std::size_t kMagicAt = 257;
    return prefix.size() > kMagicAt && prefix.substr(kMagicAt).starts_with("ustar");
}

}  // namespace

RecordSketch sketch_json(std::string_view text) {
    RecordSketch sketch;
    sketch.text = Sketcher(text, sketch.top_keys).value(0);
    return sketch;
}

ByteNature byte_nature(std::string_view prefix) noexcept {
    constexpr std::string_view kWriteProfile =
        "write a profile after formats/README.md and give it with --format FILE";
    for (const Magic& magic : kMagics) {
        if (prefix.starts_with(magic.bytes)) {
            return magic.nature;
        }
    }
    if (is_tar(prefix)) {
        return {"a tar archive", "unpack it first and give the folder: tar -xf FILE"};
    }
    const bool binary = std::ranges::any_of(prefix.substr(0, 512), [](char c) {
        return (static_cast<unsigned char>(c) < 0x20U && c != '\n' && c != '\r' && c != '\t') ||
               c == 0x7F;
    });
    return binary ? ByteNature{"binary data", kWriteProfile}
                  : ByteNature{"text that is no JSON object or array", kWriteProfile};
}

}  // namespace ffdump
