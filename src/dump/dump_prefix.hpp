// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/io/byte_source.hpp"

#include <span>
#include <string>

namespace ffdump {

/// The first bytes of a file, at most kRecognitionBytes; `whole` when these are all.
struct DumpPrefix {
    std::string bytes;
    bool whole = false;
};

[[nodiscard]] Result<DumpPrefix> read_prefix(ByteSource& bytes);

/// Checks the name and tries the profiles; the file's identity is left open. Errors name `path`.
[[nodiscard]] Result<DumpFile> recognise_file(std::string name, std::string path,
                                              const DumpPrefix& prefix,
                                              std::span<const Profile> profiles);

}  // namespace ffdump
