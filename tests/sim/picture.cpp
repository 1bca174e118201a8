// SPDX-License-Identifier: Apache-2.0
#include "picture.hpp"

#include <png.h>
#include <turbojpeg.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <type_traits>

namespace ffdump {

namespace {

using Decoded = tl::expected<Picture, std::string>;

tl::unexpected<std::string> undecodable(std::string reason) {
    return tl::unexpected<std::string>(std::move(reason));
}

bool size_is_sane(std::size_t width, std::size_t height) {
    return width > 0 && height > 0 && width <= kMaxPictureSide && height <= kMaxPictureSide;
}

struct FreePng {
    void operator()(png_image* image) const noexcept { png_image_free(image); }
};

Decoded decode_png(std::string_view bytes) {
    png_image image{};
    image.version = PNG_IMAGE_VERSION;
    const std::unique_ptr<png_image, FreePng> guard(&image);
    if (png_image_begin_read_from_memory(&image, bytes.data(), bytes.size()) == 0) {
        return undecodable(static_cast<const char*>(image.message));
    }
    if (!size_is_sane(image.width, image.height)) {
        return undecodable("image dimensions are out of range");
    }
    image.format = PNG_FORMAT_RGBA;
    Picture picture{image.width, image.height, {}};
    picture.rgba.resize(PNG_IMAGE_SIZE(image));
    // A warning is enough to refuse: the file is damaged, though libpng has made do with it.
    if (png_image_finish_read(&image, nullptr, picture.rgba.data(), 0, nullptr) == 0 ||
        image.warning_or_error != 0) {
        return undecodable(static_cast<const char*>(image.message));
    }
    return picture;
}

struct FreeJpeg {
    void operator()(void* decoder) const noexcept { tjDestroy(decoder); }
};

Decoded decode_jpeg(std::string_view bytes) {
    const std::unique_ptr<std::remove_pointer_t<tjhandle>, FreeJpeg> decoder(tjInitDecompress());
    if (!decoder) {
        return undecodable("no decoder");
    }
    const auto* data = reinterpret_cast<const unsigned char*>(bytes.data());
    int width = 0;
    int height = 0;
    int subsampling = 0;
    int colours = 0;
    if (tjDecompressHeader3(decoder.get(), data, bytes.size(), &width, &height, &subsampling,
                            &colours) != 0) {
        return undecodable(tjGetErrorStr2(decoder.get()));
    }
    if (!size_is_sane(static_cast<std::size_t>(width), static_cast<std::size_t>(height))) {
        return undecodable("image dimensions are out of range");
    }
    Picture picture{static_cast<std::size_t>(width), static_cast<std::size_t>(height), {}};
    picture.rgba.resize(picture.width * picture.height * 4);
    if (tjDecompress2(decoder.get(), data, bytes.size(), picture.rgba.data(), width, 0, height,
                      TJPF_RGBA, TJFLAG_ACCURATEDCT | TJFLAG_STOPONWARNING) != 0) {
        return undecodable(tjGetErrorStr2(decoder.get()));
    }
    return picture;
}

}  // namespace

bool Picture::is_uniform() const {
    for (std::size_t i = 4; i < rgba.size(); i += 4) {
        if (std::memcmp(&rgba[i], rgba.data(), 4) != 0) {
            return false;
        }
    }
    return true;
}

tl::expected<Picture, std::string> decode_picture(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG\r\n\x1a\n")) {
        return decode_png(bytes);
    }
    if (bytes.starts_with("\xff\xd8\xff")) {
        return decode_jpeg(bytes);
    }
    return undecodable("image: unknown format");
}

Thumb shrink(const Picture& picture, Columns columns) {
    Thumb thumb{};
    const std::size_t width = columns.right - columns.left;
    const auto first = [](std::size_t cell, std::size_t side) { return cell * side / kThumbSide; };
    const auto last = [](std::size_t cell, std::size_t side) {
        return ((cell + 1) * side + kThumbSide - 1) / kThumbSide;
    };
    for (std::size_t row = 0; row < kThumbSide; ++row) {
        for (std::size_t column = 0; column < kThumbSide; ++column) {
            std::uint64_t sum = 0;
            std::uint64_t pixels = 0;
            for (std::size_t y = first(row, picture.height); y < last(row, picture.height); ++y) {
                for (std::size_t x = first(column, width); x < last(column, width); ++x) {
                    const std::uint8_t* p =
                        &picture.rgba[(y * picture.width + columns.left + x) * 4];
                    sum += (std::uint64_t{299} * p[0]) + (std::uint64_t{587} * p[1]) +
                           (std::uint64_t{114} * p[2]);
                    ++pixels;
                }
            }
            thumb[(row * kThumbSide) + column] =
                static_cast<double>(sum) / (1000.0 * static_cast<double>(pixels));
        }
    }
    return thumb;
}

}  // namespace ffdump
