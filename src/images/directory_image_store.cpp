// SPDX-License-Identifier: Apache-2.0
#include "directory_image_store.hpp"

#include "image_id.hpp"
#include "url_encoding.hpp"

#include "ffdump/images/image_folder_name.hpp"
#include "ffdump/io/file_system.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace ffdump {

DirectoryImageStore::DirectoryImageStore(ImageFolder folder, std::string path, ImageNames names,
                                         ImageRules rules, unsigned threads)
    : folder_(std::move(folder)),
      path_(std::move(path)),
      names_(std::move(names)),
      rules_(rules),
      threads_(threads) {}

void DirectoryImageStore::fetch(std::string normalized_id, ImageDone done) {
    threads_.answer<Result<Image>>([this, id = std::move(normalized_id)] { return read(id); },
                                   std::move(done));
}

void DirectoryImageStore::check(std::string normalized_id, PresenceDone done) {
    threads_.answer<Result<void>>([this, id = std::move(normalized_id)] { return look(id); },
                                  std::move(done));
}

Result<std::string> DirectoryImageStore::name_of(const std::string& normalized_id) const {
    Result<ImageName> name = names_.name_of(normalized_id);
    if (name && name->is_url) {
        const Result<bool> has_files = has_url_files();
        if (!has_files) {
            return failed(has_files.error());
        }
        if (*has_files) {
            return url_file_name(name->text);
        }
    }
    return names_.path_of(normalized_id);
}

/// Asked when a record needs it, until there is an answer, which then holds for the whole run. Of
/// two threads that ask at the same time, the first to be answered settles it.
Result<bool> DirectoryImageStore::has_url_files() const {
    if (const UrlFiles known = url_files_; known != UrlFiles::unknown) {
        return known == UrlFiles::there;
    }
    const std::string folder(kUrlFolder);
    Result<bool> has_files = folder_.has_folder(folder);
    if (!has_files) {
        return failed(std::move(has_files).error().at_file(join_path(path_, folder)));
    }
    UrlFiles none_said = UrlFiles::unknown;
    url_files_.compare_exchange_strong(none_said, *has_files ? UrlFiles::there : UrlFiles::none);
    return url_files_ == UrlFiles::there;
}

Result<Image> DirectoryImageStore::read(const std::string& normalized_id) const {
    const Result<std::string> name = name_of(normalized_id);
    if (!name) {
        return failed(fetching(Error(name.error())));
    }
    const std::string place = join_path(path_, *name);
    Result<std::string> bytes = folder_.read(*name, rules_.max_bytes);
    if (!bytes) {
        return failed(fetching(std::move(bytes).error().at_file(place)));
    }
    return stored_image(std::move(*bytes), rules_, place);
}

Result<void> DirectoryImageStore::look(const std::string& normalized_id) const {
    const Result<std::string> name = name_of(normalized_id);
    if (!name) {
        return failed(fetching(Error(name.error())));
    }
    Result<void> there = folder_.check(*name, rules_.max_bytes);
    return there ? there
                 : failed(fetching(std::move(there).error().at_file(join_path(path_, *name))));
}

std::string DirectoryImageStore::describe() const {
    return fmt::format("directory {}", path_);
}

Result<std::string> url_file_name(std::string_view url) {
    const Result<std::string> origin = url_origin(url);
    if (!origin) {
        return failed(Reason::image_id_invalid, origin.error().detail());
    }
    const std::size_t host = url.find("://") + 3;
    const std::string_view rest = url.substr(std::min(url.find_first_of("/?#", host), url.size()));
    if (rest.find_first_of("?#") != std::string_view::npos) {
        return failed(Reason::image_id_invalid,
                      "the URL has a query or a fragment, which no file name can stand for");
    }
    std::string name = std::string(kUrlFolder) + "/" + origin->substr(origin->find("://") + 3);
    name[name.rfind(':')] = '_';
    for (const char c : percent_decoded(rest)) {
        if (c != '/' || name.back() != '/') {
            name += c;
        }
    }
    if (auto checked = check_segments(name, EmptySegments::refused); !checked) {
        return failed(std::move(checked).error());
    }
    return name;
}

Result<std::string> image_folder_name(std::string_view normalized_id) {
    const ImageNames plain{ImageIdSettings{}};
    const Result<ImageName> name = plain.name_of(normalized_id);
    if (!name) {
        return failed(name.error());
    }
    if (!name->is_url) {
        return name->text;
    }
    return is_http_url(name->text) ? url_file_name(name->text) : plain.path_of(normalized_id);
}

}  // namespace ffdump
