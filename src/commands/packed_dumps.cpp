// SPDX-License-Identifier: Apache-2.0
#include "packed_dumps.hpp"

#include "ffdump/archive/archive_view.hpp"

#include <utility>

namespace ffdump {

Result<void> PackedDumps::open(const std::string& path, Kind kind) {
    const auto show = progress_of(display_, "checking the archive", context_.stop_signal);
    const UnpackProgress shown = [&show](std::uint64_t bytes) { return show(bytes, 0); };
    const Result<bool> is_ours = kind == Kind::new_dump ? is_dump_archive(files(), path)
                                                        : begins_as_dump_archive(files(), path);
    if (!is_ours) {
        return failed(is_ours.error());
    }
    Result<std::unique_ptr<FileSystem>> view =
        *is_ours ? open_archive_view(files(), path, shown) : open_tar_view(files(), path, shown);
    if (!view) {
        return failed(std::move(view.error()));
    }
    if (*view != nullptr) {
        views_.push_back(std::move(*view));
    }
    return {};
}

}  // namespace ffdump
