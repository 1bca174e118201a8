// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "tar_index.hpp"

#include "ffdump/images/image_store.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>

namespace ffdump {

/// How an archive can be read.
enum class TarForm : std::uint8_t {
    plain,
    seekable,  ///< seekable zstd: at any place as well
    packed,    ///< front to back only
};

/// Fails with `storage_unreadable`.
[[nodiscard]] Result<TarForm> form_of(FileSystem& files, const std::string& path);

/// An archive that allows random access; never of form `packed`.
[[nodiscard]] Result<std::unique_ptr<RandomBytes>> open_bytes(FileSystem& files,
                                                              const std::string& path,
                                                              TarForm form);

/// One pass over a packed archive: its images (magic bytes, at most `max_bytes`) go into a plain
/// tar at `to`, written beside and renamed. Fails with `storage_unreadable`, `interrupted`, and
/// those of writing.
[[nodiscard]] Result<void> unpack_images(FileSystem& files, const std::string& from,
                                         const std::string& to, std::size_t max_bytes,
                                         const MakingProgress& progress);

}  // namespace ffdump
