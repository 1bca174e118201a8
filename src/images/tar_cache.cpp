// SPDX-License-Identifier: Apache-2.0
#include "tar_cache.hpp"

#include "tar_walk.hpp"

#include "ffdump/images/image_header.hpp"

#include <fmt/format.h>

#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <optional>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

using namespace std::string_view_literals;

constexpr std::array kPackings{"\x1F\x8B"sv, "BZh"sv,
                               "\xFD"
                               "7zXZ"sv};
struct Unread {
    std::string_view magic;
    std::string_view name;
};
constexpr std::array kUnread{Unread{"\x04\x22\x4D\x18"sv, "lz4"}, Unread{"LZIP"sv, "lzip"},
                             Unread{"\x1F\x9D"sv, "compress"},    Unread{"\x5D\x00\x00"sv, "lzma"},
                             Unread{"PK\x03\x04"sv, "zip"},       Unread{"7z\xBC\xAF"sv, "7z"}};
constexpr std::string_view kZstd = "\x28\xB5\x2F\xFD"sv;

Error as_storage(const Error& error, const std::string& path) {
    return Error(Reason::storage_unreadable,
                 fmt::format("the archive cannot be read: {}", error.detail()))
        .at_file(path);
}

/// Writes a plain tar through libarchive into a file of ours.
class TarWriter {
 public:
    explicit TarWriter(File& file) : file_(file) {
        archive_write_set_format_pax_restricted(writer_.get());
        archive_write_add_filter_none(writer_.get());
        archive_write_set_bytes_in_last_block(writer_.get(), 1);
        is_good_ = archive_write_open(writer_.get(), this, nullptr, &TarWriter::take, nullptr) ==
                   ARCHIVE_OK;
    }

    Result<void> add(const std::string& name, std::string_view bytes) {
        archive_entry_clear(entry_.get());
        archive_entry_copy_pathname(entry_.get(), name.c_str());
        archive_entry_set_size(entry_.get(), static_cast<la_int64_t>(bytes.size()));
        archive_entry_set_filetype(entry_.get(), AE_IFREG);
        archive_entry_set_perm(entry_.get(), 0600);
        // A warning is a name that is not UTF-8, which is written as it is.
        is_good_ = is_good_ && archive_write_header(writer_.get(), entry_.get()) >= ARCHIVE_WARN &&
                   archive_write_data(writer_.get(), bytes.data(), bytes.size()) ==
                       static_cast<la_ssize_t>(bytes.size());
        return outcome();
    }

    Result<void> finish() {
        is_good_ = archive_write_close(writer_.get()) == ARCHIVE_OK && is_good_;
        return outcome();
    }

 private:
    struct WriterDeleter {
        void operator()(archive* writer) const noexcept { archive_write_free(writer); }
    };
    struct EntryDeleter {
        void operator()(archive_entry* entry) const noexcept { archive_entry_free(entry); }
    };

    static la_ssize_t take(archive*, void* self, const void* bytes, std::size_t count) noexcept {
        auto& writer = *static_cast<TarWriter*>(self);
        Result<void> written = writer.file_.write({static_cast<const char*>(bytes), count});
        if (written) {
            return static_cast<la_ssize_t>(count);
        }
        writer.failure_ = std::move(written).error();
        return -1;
    }

    [[nodiscard]] Result<void> outcome() const {
        if (failure_) {
            return failed(*failure_);
        }
        if (!is_good_) {
            return failed(Reason::internal_error, "libarchive could not write the images");
        }
        return {};
    }

    File& file_;
    std::optional<Error> failure_;
    bool is_good_ = true;
    std::unique_ptr<archive, WriterDeleter> writer_{archive_write_new()};
    std::unique_ptr<archive_entry, EntryDeleter> entry_{archive_entry_new()};
};

Result<void> copy_images(TarWalk& walk, TarWriter& writer, std::size_t max_bytes,
                         const std::function<bool()>& goes_on) {
    while (true) {
        const Result<std::optional<TarMember>> member = walk.next();
        if (!member) {
            return failed(member.error());
        }
        if (!member->has_value()) {
            return writer.finish();
        }
        if (!goes_on()) {
            return failed(Reason::interrupted, "the archive was not read to its end");
        }
        if ((*member)->bytes > max_bytes) {
            continue;
        }
        const Result<std::string> bytes = walk.read((*member)->bytes);
        if (!bytes) {
            return failed(bytes.error());
        }
        if (!sniff_image(*bytes)) {
            continue;
        }
        if (Result<void> added = writer.add((*member)->name, *bytes); !added) {
            return added;
        }
    }
}

}  // namespace

Result<TarForm> form_of(FileSystem& files, const std::string& path) {
    const Result<std::unique_ptr<RandomBytes>> bytes = open_plain_bytes(files, path);
    if (!bytes) {
        return failed(as_storage(bytes.error(), path));
    }
    std::array<char, 8> first{};
    const Result<std::size_t> count = (*bytes)->read_at(first, 0);
    if (!count) {
        return failed(as_storage(count.error(), path));
    }
    const std::string_view head(first.data(), *count);
    if (head.starts_with(kZstd)) {
        const Result<std::unique_ptr<RandomBytes>> seekable = open_seekable_zstd(files, path);
        return seekable && *seekable ? TarForm::seekable : TarForm::packed;
    }
    for (const std::string_view packing : kPackings) {
        if (head.starts_with(packing)) {
            return TarForm::packed;
        }
    }
    for (const Unread& packing : kUnread) {
        if (head.starts_with(packing.magic)) {
            return failed(
                Error(Reason::storage_unreadable,
                      fmt::format("the archive is packed with {}; read are tar alone and tar in "
                                  "gzip, zstd, xz or bzip2",
                                  packing.name))
                    .at_file(path)
                    .hint("unpack it and name the folder (--images), or pack it as plain tar"));
        }
    }
    return TarForm::plain;
}

Result<std::unique_ptr<RandomBytes>> open_bytes(FileSystem& files, const std::string& path,
                                                TarForm form) {
    Result<std::unique_ptr<RandomBytes>> bytes =
        form == TarForm::seekable ? open_seekable_zstd(files, path) : open_plain_bytes(files, path);
    if (!bytes) {
        return failed(as_storage(bytes.error(), path));
    }
    return bytes;
}

Result<void> unpack_images(FileSystem& files, const std::string& from, const std::string& to,
                           std::size_t max_bytes, const MakingProgress& progress) {
    Result<std::unique_ptr<RandomBytes>> packed = open_bytes(files, from, TarForm::plain);
    if (!packed) {
        return failed(std::move(packed).error());
    }
    Result<TarWalk> walk = TarWalk::open(**packed, 0, TarPacking::any);
    const std::string part = to + ".part";
    Result<std::unique_ptr<File>> file = files.create(part);
    if (!walk || !file) {
        return failed(walk ? std::move(file).error() : std::move(walk).error().at_file(from));
    }
    TarWriter writer(**file);
    const auto goes_on = [&] { return !progress || progress(walk->position(), (*packed)->size()); };
    Result<void> done = copy_images(*walk, writer, max_bytes, goes_on)
                            .and_then([&] { return (*file)->sync(); })
                            .and_then([&] { return (*file)->close(); })
                            .and_then([&] { return files.rename(part, to); })
                            .and_then([&] { return files.sync_directory(folder_of(to)); });
    if (!done) {
        static_cast<void>(files.remove(part));
        return failed(std::move(done).error().at_file(from));
    }
    return done;
}

}  // namespace ffdump
