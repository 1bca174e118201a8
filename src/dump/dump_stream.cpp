// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/dump_stream.hpp"

#include "dump_prefix.hpp"

#include "ffdump/dump/archived_name.hpp"
#include "ffdump/io/compression.hpp"

#include <array>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

/// "events.json" from "events.json.zst": what a compressed stream held before.
std::string name_of_content(const std::string& name) {
    constexpr std::array<std::string_view, 3> kEndings{".zst", ".gz", ".tar"};
    for (const std::string_view ending : kEndings) {
        if (name.ends_with(ending) && name.size() > ending.size()) {
            return name.substr(0, name.size() - ending.size());
        }
    }
    return name;
}

}  // namespace

Result<DumpStream> DumpStream::open(ByteSource& bytes, std::string name,
                                    std::span<const Profile> profiles) {
    DumpStream stream(std::move(name), profiles);
    Result<DumpPrefix> prefix = read_prefix(bytes);
    if (!prefix) {
        return failed(std::move(prefix.error()));
    }
    const bool packed = is_packed(prefix->bytes);
    stream.all_ = make_joined_source(std::move(prefix->bytes), bytes);
    if (packed) {
        Result<std::unique_ptr<ArchiveReader>> archive = open_archive(*stream.all_, stream.name_);
        if (!archive) {
            return failed(std::move(archive.error()));
        }
        stream.archive_ = std::move(*archive);
    }
    return stream;
}

Result<const DumpFile*> DumpStream::next() {
    if (archive_ == nullptr) {
        if (std::exchange(has_any_, true)) {
            return nullptr;
        }
        return recognised(file_name_of(name_), name_, *all_);
    }
    for (;;) {
        Result<const ArchiveEntry*> entry = archive_->next();
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (*entry == nullptr) {
            return has_any_ ? Result<const DumpFile*>(nullptr)
                            : failed(Error(Reason::source_unreadable, "the archive holds no file")
                                         .at_file(name_));
        }
        Result<std::optional<std::string>> file = archived_name(**entry, name_);
        if (!file) {
            return failed(std::move(file.error()));
        }
        if (*file) {
            has_any_ = true;
            const std::string& path = (*entry)->path;
            return path.empty() ? recognised(name_of_content(file_name_of(name_)), name_, *archive_)
                                : recognised(std::move(**file), join_path(name_, path), *archive_);
        }
    }
}

Result<const DumpFile*> DumpStream::recognised(std::string name, std::string path,
                                               ByteSource& bytes) {
    Result<DumpPrefix> prefix = read_prefix(bytes);
    ByteSource* rest = &bytes;
    const Compression::Kind packing =
        prefix ? compression_of(prefix->bytes) : Compression::Kind::none;
    if (packing != Compression::Kind::none) {
        packed_ = make_joined_source(std::move(prefix->bytes), bytes);
        unpacked_ = make_unpacking_source(*packed_, packing, path);
        rest = unpacked_.get();
        prefix = read_prefix(*rest);
    }
    if (!prefix) {
        const bool has_place = !prefix.error().place().file.empty();
        return failed(has_place ? std::move(prefix.error())
                                : std::move(prefix.error()).at_file(path));
    }
    Result<DumpFile> file = recognise_file(std::move(name), std::move(path), *prefix, profiles_);
    if (!file) {
        return failed(std::move(file.error()));
    }
    file_ = std::move(*file);
    file_.packing = packing;
    file_bytes_ = make_joined_source(std::move(prefix->bytes), *rest);
    return &file_;
}

}  // namespace ffdump
