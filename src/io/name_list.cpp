// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/name_list.hpp"

#include <algorithm>
#include <ranges>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostBytes = std::size_t{64} << 20U;

bool stays_inside(std::string_view name) {
    return !name.empty() && std::ranges::none_of(name | std::views::split('/'), [](auto part) {
        const std::string_view text(part.begin(), part.end());
        return text.empty() || text == "." || text == "..";
    });
}

}  // namespace

Result<void> NameList::write(const std::vector<std::string>& names) {
    std::string bytes;
    for (const std::string& name : names) {
        bytes.append(name).push_back('\0');
    }
    return replace_file(files_, path_, bytes);
}

Result<std::vector<std::string>> NameList::read() {
    std::vector<std::string> names;
    const Result<bool> is_there = files_.exists(path_, FilePurpose::writing);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return names;
    }
    const Error damaged =
        Error(Reason::output_occupied, "this is not a list of an unfinished run's files")
            .at_file(path_)
            .hint("see what the directory holds, and give a new one");
    // Not with open_read_back(), which makes the file private: it may be somebody else's.
    Result<std::string> bytes = read_small_file(files_, path_, kMostBytes);
    if (!bytes && bytes.error().reason() != Reason::config_unreadable) {
        return failed(bytes.error().reason() == Reason::source_unreadable
                          ? Error(Reason::output_unwritable, bytes.error().detail()).at_file(path_)
                          : std::move(bytes.error()));
    }
    if (!bytes || (!bytes->empty() && bytes->back() != '\0')) {
        return failed(damaged);
    }
    for (std::size_t at = 0; at < bytes->size();) {
        const std::size_t end = bytes->find('\0', at);
        names.push_back(bytes->substr(at, end - at));
        if (!stays_inside(names.back())) {
            return failed(damaged);
        }
        at = end + 1;
    }
    return names;
}

Result<void> NameList::remove() {
    return files_.remove(path_).and_then(
        [this] { return files_.sync_directory(folder_of(path_)); });
}

}  // namespace ffdump
