// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <archive.h>
#include <archive_entry.h>
#include <stdexcept>
#include <string>
#include <vector>

namespace ffdump {

enum class Packing : unsigned char { plain, gzip, zstd };

/// A tar archive in memory, or one compressed stream of bytes. Throws when libarchive refuses.
class MadeArchive {
 public:
    explicit MadeArchive(Packing packing, bool is_tar = true) : archive_(archive_write_new()) {
        check(archive_write_add_filter(archive_, filter_of(packing)));
        check(is_tar ? archive_write_set_format_pax_restricted(archive_)
                     : archive_write_set_format_raw(archive_));
        if (packing != Packing::plain) {
            check(archive_write_set_bytes_in_last_block(archive_, 1));
        }
        check(archive_write_open(archive_, &bytes_, nullptr, &MadeArchive::take, nullptr));
    }
    ~MadeArchive() { archive_write_free(archive_); }
    MadeArchive(const MadeArchive&) = delete;
    MadeArchive& operator=(const MadeArchive&) = delete;

    MadeArchive& add(const std::string& path, const std::string& content) {
        return put(path, content, AE_IFREG);
    }
    MadeArchive& add_folder(const std::string& path) { return put(path, "", AE_IFDIR); }
    MadeArchive& add_link(const std::string& path) { return put(path, "", AE_IFLNK); }
    /// Everything, closed.
    [[nodiscard]] std::string bytes() {
        check(archive_write_close(archive_));
        return bytes_;
    }

 private:
    static int filter_of(Packing packing) {
        switch (packing) {
            case Packing::gzip:
                return ARCHIVE_FILTER_GZIP;
            case Packing::zstd:
                return ARCHIVE_FILTER_ZSTD;
            case Packing::plain:
                break;
        }
        return ARCHIVE_FILTER_NONE;
    }
    static la_ssize_t take(archive* /*open*/, void* self, const void* data, std::size_t size) {
        static_cast<std::string*>(self)->append(static_cast<const char*>(data), size);
        return static_cast<la_ssize_t>(size);
    }
    static void check(int code) {
        if (code != ARCHIVE_OK) {
            throw std::runtime_error("libarchive cannot write");
        }
    }
    MadeArchive& put(const std::string& path, const std::string& content, unsigned type) {
        archive_entry* const entry = archive_entry_new();
        archive_entry_set_pathname(entry, path.c_str());
        archive_entry_set_filetype(entry, type);
        archive_entry_set_perm(entry, 0600);
        archive_entry_set_size(entry, static_cast<la_int64_t>(content.size()));
        if (type == AE_IFLNK) {
            archive_entry_set_symlink(entry, "/etc/passwd");
        }
        const int code = archive_write_header(archive_, entry);
        archive_entry_free(entry);
        check(code);
        if (archive_write_data(archive_, content.data(), content.size()) !=
            static_cast<la_ssize_t>(content.size())) {
            throw std::runtime_error("libarchive cannot write");
        }
        return *this;
    }

    std::string bytes_;
    archive* archive_;
};

}  // namespace ffdump
