// SPDX-License-Identifier: Apache-2.0
#include "tar_index.hpp"

#include "tar_walk.hpp"

#include <algorithm>
#include <array>
#include <bit>
#include <cstddef>
#include <cstring>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

static_assert(std::endian::native == std::endian::little, "the index is little-endian");

constexpr std::array<char, 8> kMagic{'f', 'f', 't', 'a', 'r', 'i', 'x', '1'};
constexpr std::size_t kMostFolderBytes = 4096;

struct Head {
    std::array<char, 8> magic = kMagic;
    std::uint64_t archive_bytes = 0;
    std::int64_t archive_mtime_ns = 0;
    std::uint64_t entries = 0;
    std::uint64_t folder_bytes = 0;
};

struct Entry {
    std::uint64_t hash = 0;
    std::uint64_t place = 0;
};

/// FNV-1a, then mixed, so that neighbours in the alphabet are none here.
std::uint64_t hash_of(std::string_view name) {
    std::uint64_t hash = 0xCBF29CE484222325U;
    for (const char c : name) {
        hash = (hash ^ static_cast<unsigned char>(c)) * 0x100000001B3U;
    }
    hash ^= hash >> 33U;
    hash *= 0xFF51AFD7ED558CCDU;
    return hash ^ (hash >> 33U);
}

/// Folder of a name, without a slash at its end.
std::string_view folder_part(std::string_view name) {
    const std::size_t slash = name.rfind('/');
    return slash == std::string_view::npos ? std::string_view() : name.substr(0, slash);
}

/// The longest folder that both lie in.
std::string common_part(std::string_view one, std::string_view other) {
    while (one != other) {
        std::string_view& longer = one.size() >= other.size() ? one : other;
        longer = folder_part(longer);
    }
    return std::string(one);
}

template <class Value>
Result<bool> read_value(File& file, std::uint64_t offset, Value& value) {
    const std::span<char> bytes(reinterpret_cast<char*>(&value), sizeof value);
    return file.read_at(bytes, offset).map([&bytes](std::size_t count) {
        return count == bytes.size();
    });
}

std::string text_of(const FileIdentity& archive, const std::string& folder,
                    const std::vector<Entry>& entries) {
    Head head;
    head.archive_bytes = archive.size;
    head.archive_mtime_ns = archive.mtime_ns;
    head.entries = entries.size();
    head.folder_bytes = folder.size();
    std::string text(reinterpret_cast<const char*>(&head), sizeof head);
    text += folder;
    text.append(reinterpret_cast<const char*>(entries.data()), entries.size() * sizeof(Entry));
    return text;
}

Error damaged() {
    return {Reason::storage_unreadable, "the index of the archive is cut"};
}

}  // namespace

Result<void> TarIndex::make(FileSystem& files, const std::string& path, const FileIdentity& archive,
                            RandomBytes& bytes, const MakingProgress& progress) {
    Result<TarWalk> walk = TarWalk::open(bytes, 0, TarPacking::none);
    if (!walk) {
        return failed(std::move(walk).error());
    }
    std::vector<Entry> entries;
    std::optional<std::string> folder;
    while (true) {
        const Result<std::optional<TarMember>> member = walk->next();
        if (!member) {
            return failed(member.error());
        }
        if (!member->has_value()) {
            break;
        }
        const std::string& name = (*member)->name;
        entries.push_back({hash_of(name), (*member)->place});
        folder = folder ? common_part(*folder, folder_part(name)) : std::string(folder_part(name));
        constexpr std::size_t kRound = 1024;
        if (progress && entries.size() % kRound == 0 && !progress(walk->position(), bytes.size())) {
            return failed(Reason::interrupted, "the archive was not read to its end");
        }
    }
    // Of one name the last comes first.
    std::ranges::sort(entries, [](const Entry& a, const Entry& b) {
        return a.hash != b.hash ? a.hash < b.hash : a.place > b.place;
    });
    std::string common = folder.value_or("");
    common.resize(common.size() <= kMostFolderBytes ? common.size() : 0);
    return replace_file(files, path, text_of(archive, common, entries));
}

Result<std::unique_ptr<TarIndex>> TarIndex::open(FileSystem& files, const std::string& path,
                                                 const FileIdentity& archive) {
    const Result<bool> is_there = files.exists(path, FilePurpose::reading);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return std::unique_ptr<TarIndex>();
    }
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file).error());
    }
    const Result<FileIdentity> identity = (*file)->identity();
    Head head;
    const Result<bool> is_whole = read_value(**file, 0, head);
    if (!identity || !is_whole) {
        return failed(identity ? is_whole.error() : identity.error());
    }
    const bool is_ours =
        *is_whole && head.magic == kMagic && head.archive_bytes == archive.size &&
        head.archive_mtime_ns == archive.mtime_ns && head.folder_bytes <= kMostFolderBytes &&
        head.entries <= identity->size / sizeof(Entry) &&
        identity->size == sizeof head + head.folder_bytes + (head.entries * sizeof(Entry));
    if (!is_ours) {
        return std::unique_ptr<TarIndex>();
    }
    std::string folder(head.folder_bytes, '\0');
    if (const Result<std::size_t> count = (*file)->read_at(folder, sizeof head);
        !count || *count != folder.size()) {
        return failed(count ? damaged() : count.error());
    }
    return std::unique_ptr<TarIndex>(new TarIndex(std::move(*file), folder, head.entries));
}

Result<std::vector<std::uint64_t>> TarIndex::find(std::string_view name) const {
    const std::uint64_t wanted = hash_of(name);
    const std::uint64_t base = sizeof(Head) + common_folder_.size();
    const auto entry_at = [&](std::uint64_t i) -> Result<Entry> {
        Entry entry;
        const Result<bool> whole = read_value(*file_, base + (i * sizeof(Entry)), entry);
        if (!whole || !*whole) {
            return failed(whole ? damaged() : whole.error());
        }
        return entry;
    };
    std::uint64_t low = 0;
    std::uint64_t high = entries_;
    while (low < high) {
        const std::uint64_t middle = low + ((high - low) / 2);
        const Result<Entry> entry = entry_at(middle);
        if (!entry) {
            return failed(entry.error());
        }
        if (entry->hash < wanted) {
            low = middle + 1;
        } else {
            high = middle;
        }
    }
    std::vector<std::uint64_t> places;
    for (; low < entries_; ++low) {
        const Result<Entry> entry = entry_at(low);
        if (!entry) {
            return failed(entry.error());
        }
        if (entry->hash != wanted) {
            break;
        }
        places.push_back(entry->place);
    }
    return places;
}

}  // namespace ffdump
