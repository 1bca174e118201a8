// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"

#include <memory>
#include <string>

namespace ffdump {

/// One dump file from its first to its last record, unpacked on the way; owns what it reads from.
/// Memory is one block. One walk, one thread. `files` and `profile` must outlive it.
class RecordWalk {
 public:
    /// Fails with `source_unreadable` and what else opening a file may say.
    [[nodiscard]] static Result<std::unique_ptr<RecordWalk>> open(FileSystem& files,
                                                                  const std::string& path,
                                                                  const Profile& profile,
                                                                  const ReadLimits& limits);
    /// As RecordReader::next().
    [[nodiscard]] Result<bool> next(RecordBlock& block) { return reader_.next(block); }

 private:
    RecordWalk(std::unique_ptr<File> file, std::unique_ptr<ByteSource> source,
               const Profile& profile, const ReadLimits& limits)
        : file_(std::move(file)),
          source_(std::move(source)),
          reader_(*source_, profile, file_->path(), limits) {}

    std::unique_ptr<File> file_;
    std::unique_ptr<ByteSource> source_;
    RecordReader reader_;
};

}  // namespace ffdump
