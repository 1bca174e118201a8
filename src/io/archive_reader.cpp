// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/archive_reader.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <array>
#include <cerrno>
#include <optional>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

using namespace std::string_view_literals;

constexpr std::size_t kInputBytes = 256U << 10U;
constexpr std::size_t kMostPathBytes = 4096;
constexpr la_int64_t kTarBlock = 512;

struct ArchiveCloser {
    void operator()(archive* open) const noexcept { archive_read_free(open); }
};

EntryKind kind_of(archive_entry* entry) {
    if (archive_entry_hardlink(entry) != nullptr) {
        return EntryKind::other;
    }
    switch (archive_entry_filetype(entry)) {
        case AE_IFREG:
            return EntryKind::file;
        case AE_IFDIR:
            return EntryKind::directory;
        default:
            return EntryKind::other;
    }
}

class LibarchiveReader final : public ArchiveReader {
 public:
    LibarchiveReader(ByteSource& bytes, std::string name)
        : bytes_(bytes),
          name_(std::move(name)),
          input_(kInputBytes),
          archive_(archive_read_new()) {}

    Result<void> open() {
        archive* const opened = archive_.get();
        const bool is_ready = opened != nullptr &&
                              archive_read_support_filter_gzip(opened) == ARCHIVE_OK &&
                              archive_read_support_filter_zstd(opened) == ARCHIVE_OK &&
                              archive_read_support_format_tar(opened) == ARCHIVE_OK &&
                              archive_read_support_format_raw(opened) == ARCHIVE_OK;
        if (!is_ready) {
            return failed(
                Error(Reason::internal_error, "libarchive cannot read tar, gzip and zstd"));
        }
        // Else what stands behind the end of an archive, as in two that were joined, would be
        // passed over in silence.
        if (const int code =
                archive_read_set_format_option(opened, "tar", "read_concatenated_archives", "1");
            code != ARCHIVE_OK) {
            return failed(Error(Reason::internal_error, "libarchive cannot read joined archives"));
        }
        return checked(archive_read_open(opened, this, nullptr, &LibarchiveReader::give, nullptr));
    }

    [[nodiscard]] Result<const ArchiveEntry*> next() override {
        archive_entry* entry = nullptr;
        if (std::exchange(has_entry_, false)) {
            archive_read_data_skip(archive_.get());  // what fails here fails again below
        }
        const la_int64_t behind_entry = archive_filter_bytes(archive_.get(), 0);
        const int code = archive_read_next_header(archive_.get(), &entry);
        if (code == ARCHIVE_EOF) {
            return is_cut_off(behind_entry)
                       ? Result<const ArchiveEntry*>(
                             failed(unreadable("the archive is cut off between two files")))
                       : nullptr;
        }
        if (Result<void> good = checked(code); !good) {
            return failed(std::move(good.error()));
        }
        has_entry_ = true;
        const bool is_raw = archive_format(archive_.get()) == ARCHIVE_FORMAT_RAW;
        const char* const path = is_raw ? "" : archive_entry_pathname(entry);
        if (path == nullptr || std::string_view(path).size() > kMostPathBytes) {
            return failed(unreadable("an entry has no usable name"));
        }
        entry_.path = path;
        entry_.kind = is_raw ? EntryKind::file : kind_of(entry);
        return &entry_;
    }

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        const la_ssize_t got = archive_read_data(archive_.get(), out.data(), out.size());
        if (got < 0) {
            // A warning is as bad here: bytes that are not what was packed.
            Result<void> bad = checked(static_cast<int>(got));
            return failed(bad ? unreadable("it cannot be read") : std::move(bad.error()));
        }
        return static_cast<std::size_t>(got);
    }

    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count).map_error([this](Error error) {
            return error.place().file.empty() ? std::move(error).at_file(name_) : std::move(error);
        });
    }

 private:
    /// libarchive asks for bytes; no exception may leave this.
    static la_ssize_t give(archive* open, void* self, const void** buffer) {
        auto* const reader = static_cast<LibarchiveReader*>(self);
        Result<std::size_t> got = reader->bytes_.read(reader->input_);
        if (!got) {
            reader->failure_ = std::move(got.error());
            archive_set_error(open, EIO, "cannot read");
            return ARCHIVE_FATAL;
        }
        *buffer = reader->input_.data();
        return static_cast<la_ssize_t>(*got);
    }

    /// A tar archive ends with blocks of zeros; libarchive takes the end of the bytes for the
    /// archive's. A compressed stream may be whole and its archive not, when tar was killed.
    [[nodiscard]] bool is_cut_off(la_int64_t behind_entry) const {
        const bool is_tar = archive_format(archive_.get()) != ARCHIVE_FORMAT_RAW;
        return is_tar && archive_filter_bytes(archive_.get(), 0) - behind_entry < kTarBlock;
    }

    [[nodiscard]] Error unreadable(std::string_view what) const {
        return Error(Reason::source_unreadable, std::string(what)).at_file(name_);
    }

    /// Warnings fail as well: a name that cannot be decoded, a header that was mended.
    [[nodiscard]] Result<void> checked(int code) {
        if (code == ARCHIVE_OK) {
            return {};
        }
        if (failure_) {
            return failed(std::move(*std::exchange(failure_, std::nullopt)));
        }
        const char* const text = archive_error_string(archive_.get());
        return failed(unreadable(fmt::format("it is no sound archive: {}",
                                             printable(text == nullptr ? "damaged" : text)))
                          .hint("make the archive again, or unpack it and give the folder"));
    }

    ByteSource& bytes_;
    std::string name_;
    std::vector<char> input_;
    std::unique_ptr<archive, ArchiveCloser> archive_;
    ArchiveEntry entry_;
    bool has_entry_ = false;  ///< whose bytes are not all read
    std::optional<Error> failure_;
};

}  // namespace

bool is_packed(std::string_view prefix) noexcept {
    constexpr std::size_t kTarMagicAt = 257;
    return prefix.starts_with("\x1f\x8b"sv) || prefix.starts_with("\x28\xb5\x2f\xfd"sv) ||
           (prefix.size() > kTarMagicAt && prefix.substr(kTarMagicAt).starts_with("ustar"));
}

Result<std::unique_ptr<ArchiveReader>> open_archive(ByteSource& bytes, std::string name) {
    auto reader = std::make_unique<LibarchiveReader>(bytes, std::move(name));
    if (Result<void> opened = reader->open(); !opened) {
        return failed(std::move(opened.error()));
    }
    return reader;
}

}  // namespace ffdump
