// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/file_system.hpp"

namespace ffdump {

std::string join_path(std::string_view folder, std::string_view name) {
    std::string path(folder);
    if (!path.empty() && path.back() != '/') {
        path += '/';
    }
    while (!path.empty() && name.starts_with('/')) {
        name.remove_prefix(1);
    }
    path += name;
    return path;
}

std::string file_name_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const std::size_t slash = path.rfind('/');
    return std::string(
        slash == std::string_view::npos || path.size() == 1 ? path : path.substr(slash + 1));
}

std::string folder_of(std::string_view path) {
    while (path.size() > 1 && path.ends_with('/')) {
        path.remove_suffix(1);
    }
    const std::size_t slash = path.rfind('/');
    if (slash == std::string_view::npos) {
        return ".";
    }
    std::string_view folder = path.substr(0, slash);
    while (folder.size() > 1 && folder.ends_with('/')) {
        folder.remove_suffix(1);
    }
    return folder.empty() ? "/" : std::string(folder);
}

}  // namespace ffdump
