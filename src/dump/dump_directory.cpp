// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_directory.hpp"

#include "dump_prefix.hpp"

#include <algorithm>
#include <array>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

Result<DumpFile> open_file(FileSystem& files, const std::string& path,
                           std::span<const Profile> profiles) {
    Result<std::unique_ptr<File>> opened = files.open_read(path);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    Result<FileIdentity> identity = (*opened)->identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    const std::unique_ptr<ByteSource> raw = make_file_source(**opened);
    Result<DumpPrefix> prefix = read_prefix(*raw);
    if (!prefix) {
        return failed(std::move(prefix.error()));
    }
    const Compression::Kind packing = compression_of(prefix->bytes);
    if (packing != Compression::Kind::none) {
        const std::unique_ptr<ByteSource> packed = make_file_source(**opened);
        prefix = read_prefix(*make_unpacking_source(*packed, packing, path));
        if (!prefix) {
            return failed(std::move(prefix.error()));
        }
    }
    Result<DumpFile> file = recognise_file(file_name_of(path), path, *prefix, profiles);
    if (file) {
        file->identity = *identity;
        file->packing = packing;
    }
    return file;
}

Result<std::vector<std::string>> paths_in(FileSystem& files, const std::string& folder) {
    Result<std::vector<DirectoryEntry>> entries = files.list(folder, FilePurpose::reading);
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

std::string gallery_of_file(const std::string& file_name) {
    const std::string name = unpacked_name(file_name);
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
    const Result<bool> is_folder = files.is_directory(path, FilePurpose::reading);
    if (!is_folder) {
        return failed(is_folder.error());
    }
    if (*is_folder) {
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
