// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_name.hpp"
#include "read_threads.hpp"
#include "stored_image.hpp"
#include "tar_index.hpp"

#include "ffdump/images/image_store.hpp"
#include "ffdump/io/random_bytes.hpp"

#include <memory>
#include <mutex>
#include <string>
#include <vector>

namespace ffdump {

/// Images from a tar archive of the uploads folder, read at random places by way of an index.
///
/// A plain tar, or one packed as seekable zstd, is read where it is. Any other packing allows no
/// random access: such an archive is read once, front to back, when the store is made, and its
/// images go into a plain tar in the cache folder (NAME.images.tar), which is then used; videos and
/// whatever else lies among the uploads are left out. Index and unpacked images are kept and found
/// again by the next run. Ids that stand in no folder are looked for in the folder that all files
/// of the archive share, and in those above it. The destructor ends what waits with `interrupted`.
class TarImageStore final : public ImageStore {
 public:
    struct Parts {
        std::string path;  ///< for messages
        std::vector<std::string> folders;
        ImageNames names;
        ImageRules rules;
    };
    /// What one thread reads with.
    struct Reader {
        std::unique_ptr<RandomBytes> bytes;
        std::unique_ptr<TarIndex> index;
    };

    /// One thread for each reader.
    TarImageStore(Parts parts, std::vector<Reader> readers);

    void fetch(std::string normalized_id, ImageDone done) override;
    void check(std::string normalized_id, PresenceDone done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    enum class Want : std::uint8_t { bytes, presence };

    [[nodiscard]] Result<std::string> find(const std::string& normalized_id, Want want);
    [[nodiscard]] Result<std::string> find_with(const Reader& reader, const std::string& name,
                                                Want want) const;
    [[nodiscard]] Result<Image> read(const std::string& normalized_id);

    Parts parts_;
    std::mutex mutex_;
    std::vector<Reader> idle_;
    ReadThreads threads_;  ///< last: its jobs use the rest
};

/// Opens the archive, after reading it once where that is needed; see TarImageStore. Fails with
/// `storage_unreadable`, `interrupted`, and those of writing index and unpacked images.
[[nodiscard]] Result<std::unique_ptr<ImageStore>> open_tar_store(FileSystem& files,
                                                                 const TarSettings& settings,
                                                                 TarImageStore::Parts parts,
                                                                 unsigned threads,
                                                                 const MakingProgress& progress);

}  // namespace ffdump
