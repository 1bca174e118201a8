// SPDX-License-Identifier: Apache-2.0
#include "converted_name.hpp"

#include "stated_frames.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

namespace ffdump {
namespace {

constexpr std::size_t kLongestGallery = 200;

bool is_file_name(const std::string& gallery) {
    return !gallery.empty() && gallery.size() <= kLongestGallery && gallery.front() != '.' &&
           gallery.find('/') == std::string::npos && is_utf8(gallery) &&
           printable(gallery) == gallery;
}

}  // namespace

Result<std::string> converted_name(const ConvertOptions& options, const DumpFile& source,
                                   const std::string& gallery) {
    const std::string plain = unpacked_name(source.name);
    const std::string own = gallery_of_file(source.name);
    const bool stays = !options.split_galleries && states_gallery(options.target);
    const bool names_file = !stays && gallery != own;
    if (names_file && !is_file_name(gallery)) {
        return failed(Reason::layout_cannot_carry,
                      fmt::format("the gallery's name {} can be no file's name",
                                  printable(gallery).substr(0, kLongestGallery)));
    }
    const std::string name = names_file ? gallery + plain.substr(own.size()) : plain;
    return options.compress ? packed_name(name, options.compress->kind)
                            : name + source.name.substr(plain.size());
}

}  // namespace ffdump
