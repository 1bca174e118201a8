// SPDX-License-Identifier: Apache-2.0
#include "read_only_file.hpp"

#include <algorithm>

namespace ffdump {

Result<std::size_t> ReadOnlyFile::read(std::span<char> out) {
    return read_at(out, position_).map([this](std::size_t got) {
        position_ += got;
        return got;
    });
}

Result<void> ReadOnlyFile::write(std::string_view /*bytes*/) {
    return failed(archive_is_read_only(path_));
}

Result<void> ReadOnlyFile::truncate(std::uint64_t /*size*/) {
    return failed(archive_is_read_only(path_));
}

Result<void> ReadOnlyFile::sync() {
    return failed(archive_is_read_only(path_));
}

std::span<char> ReadOnlyFile::within(std::span<char> out, std::uint64_t offset) const {
    const std::uint64_t left = identity_.size - std::min(offset, identity_.size);
    return out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size())));
}

Error archive_is_read_only(const std::string& path) {
    return Error(Reason::output_unwritable, "an archive is only read").at_file(path);
}

Error archive_changed(const std::string& archive) {
    return Error(Reason::source_changed, "the archive changed while it was read").at_file(archive);
}

}  // namespace ffdump
