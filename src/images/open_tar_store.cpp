// SPDX-License-Identifier: Apache-2.0
#include "tar_cache.hpp"
#include "tar_image_store.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ffdump {
namespace {

Result<FileIdentity> identity_of(FileSystem& files, const std::string& path) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file).error());
    }
    return (*file)->identity();
}

/// Identity of the archive in the index of its unpacked images: the index then tells whether both
/// still belong together.
FileIdentity joined(const FileIdentity& archive, const FileIdentity& images) {
    FileIdentity both = archive;
    both.size = archive.size + images.size;
    both.mtime_ns = archive.mtime_ns ^ (images.mtime_ns << 1U);
    return both;
}

Error not_in_cache(Error error) {
    return std::move(error)
        .while_doing("writing beside the archive of images")
        .hint("set normalized_storage.tar.cache to a folder that can be written");
}

/// Makes what is missing beside the archive.
class TarOpening {
 public:
    TarOpening(FileSystem& files, const TarSettings& settings, std::size_t max_bytes,
               const MakingProgress& progress)
        : files_(files), settings_(settings), max_bytes_(max_bytes), progress_(progress) {}

    Result<void> prepare() {
        const Result<TarForm> form = form_of(files_, settings_.path);
        const Result<FileIdentity> archive = identity_of(files_, settings_.path);
        if (!form || !archive) {
            Error error = form ? Error(Reason::storage_unreadable, archive.error().detail())
                                     .at_file(settings_.path)
                               : Error(form.error());
            return failed(error.hint_text().empty()
                              ? std::move(error).hint("check normalized_storage.tar.path")
                              : std::move(error));
        }
        form_ = *form;
        bytes_path_ = settings_.path;
        identity_ = *archive;
        if (!settings_.cache.empty()) {
            if (Result<void> made = files_.make_directories(settings_.cache); !made) {
                return failed(not_in_cache(std::move(made).error()));
            }
        }
        if (form_ == TarForm::packed) {
            return prepare_images(*archive);
        }
        index_path_ = beside(".ffdump-index");
        return prepare_index();
    }

    [[nodiscard]] Result<TarImageStore::Reader> reader() const {
        TarImageStore::Reader made;
        Result<std::unique_ptr<RandomBytes>> bytes = open_bytes(files_, bytes_path_, form_);
        Result<std::unique_ptr<TarIndex>> index = TarIndex::open(files_, index_path_, identity_);
        if (!bytes || !index) {
            return failed(bytes ? std::move(index).error() : std::move(bytes).error());
        }
        if (!*index) {
            return failed(Error(Reason::storage_unreadable, "the archive changed while it was read")
                              .at_file(settings_.path));
        }
        made.bytes = std::move(*bytes);
        made.index = std::move(*index);
        return made;
    }

 private:
    [[nodiscard]] std::string beside(const std::string& ending) const {
        const std::string name = settings_.cache.empty()
                                     ? settings_.path
                                     : join_path(settings_.cache, file_name_of(settings_.path));
        return name + ending;
    }

    Result<void> prepare_images(const FileIdentity& archive) {
        bytes_path_ = beside(".images.tar");
        index_path_ = beside(".images.tar.ffdump-index");
        form_ = TarForm::plain;
        if (const Result<FileIdentity> images = identity_of(files_, bytes_path_); images) {
            identity_ = joined(archive, *images);
            const auto index = TarIndex::open(files_, index_path_, identity_);
            if (index && *index) {
                return {};
            }
        }
        if (Result<void> made =
                unpack_images(files_, settings_.path, bytes_path_, max_bytes_, progress_);
            !made) {
            const bool is_writing = made.error().fault() == FaultClass::machine;
            return failed(is_writing ? not_in_cache(std::move(made).error())
                                     : std::move(made).error());
        }
        const Result<FileIdentity> images = identity_of(files_, bytes_path_);
        if (!images) {
            return failed(images.error());
        }
        identity_ = joined(archive, *images);
        return prepare_index();
    }

    Result<void> prepare_index() {
        const auto there = TarIndex::open(files_, index_path_, identity_);
        if (there && *there) {
            return {};
        }
        Result<std::unique_ptr<RandomBytes>> bytes = open_bytes(files_, bytes_path_, form_);
        if (!bytes) {
            return failed(std::move(bytes).error());
        }
        Result<void> made = TarIndex::make(files_, index_path_, identity_, **bytes, progress_);
        if (made) {
            return made;
        }
        const bool is_writing = made.error().fault() == FaultClass::machine;
        return failed(is_writing ? not_in_cache(std::move(made).error())
                                 : std::move(made).error().at_file(settings_.path));
    }

    FileSystem& files_;
    const TarSettings& settings_;
    std::size_t max_bytes_;
    const MakingProgress& progress_;
    TarForm form_ = TarForm::plain;
    std::string bytes_path_;
    std::string index_path_;
    FileIdentity identity_;
};

/// The folders that an id may be relative to, the likeliest first.
std::vector<std::string> folders_of(const std::string& given, std::string common) {
    if (!given.empty()) {
        return {given};
    }
    std::vector<std::string> folders;
    while (!common.empty()) {
        folders.push_back(common);
        const std::size_t slash = common.rfind('/');
        common.resize(slash == std::string::npos ? 0 : slash);
    }
    folders.emplace_back();
    return folders;
}

}  // namespace

Result<std::unique_ptr<ImageStore>> open_tar_store(FileSystem& files, const TarSettings& settings,
                                                   TarImageStore::Parts parts, unsigned threads,
                                                   const MakingProgress& progress) {
    TarOpening opening(files, settings, parts.rules.max_bytes, progress);
    if (Result<void> prepared = opening.prepare(); !prepared) {
        return failed(std::move(prepared).error());
    }
    std::vector<TarImageStore::Reader> readers;
    for (unsigned i = 0; i < threads; ++i) {
        Result<TarImageStore::Reader> reader = opening.reader();
        if (!reader) {
            return failed(std::move(reader).error());
        }
        readers.push_back(std::move(*reader));
    }
    parts.folders = folders_of(settings.folder, readers.front().index->common_folder());
    return std::make_unique<TarImageStore>(std::move(parts), std::move(readers));
}

}  // namespace ffdump
