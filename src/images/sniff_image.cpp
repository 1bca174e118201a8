// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/printable.hpp"
#include "ffdump/images/image_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <strings.h>

namespace ffdump {
namespace {

using namespace std::string_view_literals;

struct Look {
    std::string_view start;
    std::string_view name;
};

constexpr auto kLooks = std::to_array<Look>({
    {"GIF8"sv, "a GIF image"sv},
    {"II*\0"sv, "a TIFF image"sv},
    {"MM\0*"sv, "a TIFF image"sv},
    {"%PDF-"sv, "a PDF document"sv},
    {"PK\x03\x04"sv, "a ZIP archive"sv},
    {"\x1F\x8B"sv, "gzip data"sv},
    {"\x28\xB5\x2F\xFD"sv, "zstd data"sv},
    {"\x1A\x45\xDF\xA3"sv, "a Matroska video"sv},
});

constexpr auto kMarkup = std::to_array<Look>({
    {"<!doctype html"sv, "an HTML page"sv},
    {"<html"sv, "an HTML page"sv},
    {"<head"sv, "an HTML page"sv},
    {"<body"sv, "an HTML page"sv},
    {"<?xml"sv, "an XML document"sv},
    {"<svg"sv, "an SVG image"sv},
    {"{"sv, "JSON"sv},
    {"["sv, "JSON"sv},
});

bool starts_with_any_case(std::string_view text, std::string_view start) noexcept {
    // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the length is given
    return text.size() >= start.size() && strncasecmp(text.data(), start.data(), start.size()) == 0;
}

/// "BM" alone starts many a text: the size of the second header must be one that exists.
bool is_bmp(std::string_view bytes) noexcept {
    constexpr std::array<unsigned char, 7> kHeaderSizes{12, 40, 52, 56, 64, 108, 124};
    constexpr std::size_t kSizeAt = 14;
    return bytes.size() > kSizeAt + 4 && bytes.starts_with("BM"sv) &&
           bytes.substr(kSizeAt + 1, 3) == "\0\0\0"sv &&
           std::ranges::find(kHeaderSizes, static_cast<unsigned char>(bytes[kSizeAt])) !=
               kHeaderSizes.end();
}

std::string_view without_space(std::string_view text) noexcept {
    if (text.starts_with("\xEF\xBB\xBF"sv)) {
        text.remove_prefix(3);
    }
    text.remove_prefix(std::min(text.find_first_not_of(" \t\r\n"sv), text.size()));
    return text;
}

bool is_text(std::string_view bytes) {
    return std::ranges::all_of(bytes, [](char c) {
        const auto byte = static_cast<unsigned char>(c);
        return byte >= 0x20U ? byte != 0x7FU : (c == '\n' || c == '\r' || c == '\t');
    });
}

std::string_view look_of(std::string_view bytes) {
    if (bytes.empty()) {
        return "empty"sv;
    }
    if (std::ranges::all_of(bytes, [](char c) { return c == '\0'; })) {
        return "nothing but zero bytes"sv;
    }
    for (const Look& look : kLooks) {
        if (bytes.starts_with(look.start)) {
            return look.name;
        }
    }
    if (bytes.size() > 12 && bytes.substr(4, 4) == "ftyp"sv) {
        return "an MP4 video or a HEIC or AVIF image"sv;
    }
    const std::string_view text = without_space(bytes);
    for (const Look& look : kMarkup) {
        if (starts_with_any_case(text, look.start)) {
            return look.name;
        }
    }
    constexpr std::size_t kEnoughToTell = 512;
    return is_text(bytes.substr(0, kEnoughToTell)) ? "text"sv : "unknown binary data"sv;
}

}  // namespace

Result<ImageKind> sniff_image(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG\r\n\x1A\n"sv)) {
        return ImageKind::png;
    }
    if (bytes.starts_with("\xFF\xD8\xFF"sv)) {
        return ImageKind::jpeg;
    }
    if (bytes.starts_with("RIFF"sv) && bytes.size() >= 12 && bytes.substr(8, 4) == "WEBP"sv) {
        return ImageKind::webp;
    }
    if (is_bmp(bytes)) {
        return ImageKind::bmp;
    }
    return failed(
        Reason::image_unreadable,
        fmt::format("the file is no PNG, JPEG, WEBP or BMP image but {}", look_of(bytes)));
}

}  // namespace ffdump
