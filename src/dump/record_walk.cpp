// SPDX-License-Identifier: Apache-2.0
#include "ffdump/dump/record_walk.hpp"

#include "ffdump/io/compression.hpp"

#include <utility>

namespace ffdump {

Result<std::unique_ptr<RecordWalk>> RecordWalk::open(FileSystem& files, const std::string& path,
                                                     const Profile& profile,
                                                     const ReadLimits& limits) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file).error());
    }
    Result<std::unique_ptr<ByteSource>> source = make_unpacked_file_source(**file);
    if (!source) {
        return failed(std::move(source).error());
    }
    return std::unique_ptr<RecordWalk>(
        new RecordWalk(std::move(*file), std::move(*source), profile, limits));
}

}  // namespace ffdump
