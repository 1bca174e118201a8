// SPDX-License-Identifier: Apache-2.0
#include "system_error.hpp"

#include <fmt/format.h>

#include <system_error>

namespace ffdump {
namespace {

Reason reason_of(int code, FilePurpose purpose) noexcept {
    switch (code) {
        case ENOSPC:
        case EDQUOT:
            return Reason::disk_full;
        case EMFILE:
        case ENFILE:
            return Reason::out_of_descriptors;
        default:
            return purpose == FilePurpose::reading ? Reason::source_unreadable
                                                   : Reason::output_unwritable;
    }
}

}  // namespace

Error system_error(int code, std::string_view action, const std::string& path,
                   FilePurpose purpose) {
    Error error = Error(reason_of(code, purpose),
                        fmt::format("cannot {}: {}", action, std::generic_category().message(code)))
                      .at_file(path);
    if (code == EFBIG) {
        return std::move(error).hint(
            "raise the limit of a file's size (ulimit -f, LimitFSIZE=), or use a file system that "
            "holds larger files; then run the same command again to go on");
    }
    return error;
}

}  // namespace ffdump
