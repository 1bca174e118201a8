// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"

#include <functional>
#include <memory>
#include <set>
#include <string>

namespace ffdump {

/// Opens the file that the archive has under `name`; its readers call it `path`. Called from any
/// thread.
using MemberOpener =
    std::function<Result<std::unique_ptr<File>>(const std::string& name, const std::string& path)>;

/// A file system in which `root` is a directory with these files, which are read and never written:
/// `names` stand in it or in its folder `.ffdump`. Everything else is `below`, which must outlive
/// it.
[[nodiscard]] std::unique_ptr<FileSystem> make_read_only_view(FileSystem& below, std::string root,
                                                              std::set<std::string> names,
                                                              MemberOpener opener);

}  // namespace ffdump
