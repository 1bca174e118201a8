// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_directory.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

/// Names end up in file names, manifest, logs and terminals.
Result<void> check_name(const std::string& name, const std::string& path) {
    // printable() writes a backslash of its own as it is, so equal means: nothing to escape.
    if (is_utf8(name) && printable(name) == name) {
        return {};
    }
    return failed(
        Error(Reason::source_unreadable, "the file's name is not UTF-8 or holds control characters")
            .at_file(path)
            .hint("rename the file to the name of its gallery, in plain characters"));
}

/// The first bytes of a file; `whole` when these are all.
struct Prefix {
    std::string bytes;
    bool whole = false;
};

Result<Prefix> read_prefix(File& file) {
    Prefix prefix;
    prefix.bytes.resize(kRecognitionBytes);
    std::size_t size = 0;
    while (size < prefix.bytes.size()) {
        Result<std::size_t> count =
            file.read({prefix.bytes.data() + size, prefix.bytes.size() - size});
        if (!count) {
            return failed(std::move(count.error()));
        }
        if (*count == 0) {
            prefix.whole = true;
            break;
        }
        size += *count;
    }
    prefix.bytes.resize(size);
    return prefix;
}

Result<DumpFile> open_file(FileSystem& files, const std::string& path,
                           std::span<const Profile> profiles) {
    DumpFile file;
    file.name = file_name_of(path);
    file.path = path;
    file.gallery = gallery_of_file(file.name);
    if (Result<void> named = check_name(file.name, path); !named) {
        return failed(std::move(named.error()));
    }
    Result<std::unique_ptr<File>> opened = files.open_read(path);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    Result<FileIdentity> identity = (*opened)->identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    Result<Prefix> prefix = read_prefix(**opened);
    if (!prefix) {
        return failed(std::move(prefix.error()));
    }
    Result<Recognition> seen = recognise(prefix->bytes, prefix->whole, profiles);
    if (!seen) {
        const Place& place = seen.error().place();
        return failed(place.file.empty() ? std::move(seen.error()).at_file(path)
                                         : std::move(seen.error()));
    }
    file.identity = *identity;
    file.profile = std::move(seen->profile);
    file.evidence = std::move(seen->evidence);
    return file;
}

Result<std::vector<std::string>> paths_in(FileSystem& files, const std::string& folder) {
    Result<std::vector<DirectoryEntry>> entries = files.list(folder);
    if (!entries) {
        return failed(std::move(entries.error()));
    }
    std::vector<std::string> paths;
    for (const DirectoryEntry& entry : *entries) {
        const std::string path = join_path(folder, entry.name);
        if (entry.name.starts_with('.') || entry.kind == EntryKind::directory) {
            continue;
        }
        if (entry.kind == EntryKind::other) {
            return failed(Error(Reason::source_unreadable,
                                "the folder holds something that is neither file nor folder")
                              .at_file(path)
                              .hint("replace links by the files themselves, move the rest away"));
        }
        paths.push_back(path);
    }
    if (paths.empty()) {
        return failed(Error(Reason::source_unreadable, "the folder holds no file")
                          .at_file(folder)
                          .hint("give the folder in which findface-storage-api-dump ran"));
    }
    std::ranges::sort(paths);
    return paths;
}

}  // namespace

std::string gallery_of_file(const std::string& name) {
    constexpr std::array<std::string_view, 3> kEndings{".json", ".jsonl", ".ndjson"};
    for (const std::string_view ending : kEndings) {
        if (name.ends_with(ending) && name.size() > ending.size()) {
            return name.substr(0, name.size() - ending.size());
        }
    }
    return name;
}

Result<std::vector<DumpFile>> open_dump(FileSystem& files, const std::string& path,
                                        std::span<const Profile> profiles) {
    std::vector<std::string> paths{path};
    if (files.is_directory(path)) {
        Result<std::vector<std::string>> found = paths_in(files, path);
        if (!found) {
            return failed(std::move(found.error()));
        }
        paths = std::move(*found);
    }
    std::vector<DumpFile> dump;
    for (const std::string& one : paths) {
        Result<DumpFile> file = open_file(files, one, profiles);
        if (!file) {
            return failed(std::move(file.error()));
        }
        dump.push_back(std::move(*file));
    }
    return dump;
}

}  // namespace ffdump
