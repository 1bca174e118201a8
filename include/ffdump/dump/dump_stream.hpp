// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/io/archive_reader.hpp"
#include "ffdump/io/byte_source.hpp"

#include <memory>
#include <span>
#include <string>

namespace ffdump {

/// A dump that comes as one stream of bytes, from a pipe or an archive: its files are met one after
/// the other and can be read once. Of an archive (tar, plain or compressed) the members are the
/// files, which may be packed with gzip or zstd themselves; names with a part that begins with a
/// dot are passed over, as open_dump() does. One thread.
class DumpStream {
 public:
    /// `bytes` and `profiles` must outlive the stream; `name` is for errors and for the gallery of
    /// a stream that is no archive. Fails with `source_unreadable`.
    [[nodiscard]] static Result<DumpStream> open(ByteSource& bytes, std::string name,
                                                 std::span<const Profile> profiles);

    /// The next file, recognised; nullptr behind the last. Valid, as its bytes, until the next
    /// call. Fails as open_dump() does.
    [[nodiscard]] Result<const DumpFile*> next();
    /// The file's bytes from the first one.
    [[nodiscard]] ByteSource& bytes() noexcept { return *file_bytes_; }

 private:
    DumpStream(std::string name, std::span<const Profile> profiles)
        : name_(std::move(name)), profiles_(profiles) {}
    Result<const DumpFile*> recognised(std::string name, std::string path, ByteSource& bytes);

    std::string name_;
    std::span<const Profile> profiles_;
    std::unique_ptr<ByteSource> all_;  ///< when the stream is no archive, and below the archive
    std::unique_ptr<ArchiveReader> archive_;
    std::unique_ptr<ByteSource> packed_;  ///< a member that is packed itself
    std::unique_ptr<ByteSource> unpacked_;
    std::unique_ptr<ByteSource> file_bytes_;
    DumpFile file_;
    bool has_any_ = false;
};

}  // namespace ffdump
