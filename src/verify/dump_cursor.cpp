// SPDX-License-Identifier: Apache-2.0
#include "dump_cursor.hpp"

#include <utility>

namespace ffdump {

DumpCursor::DumpCursor(std::unique_ptr<File> file, Compression::Kind packing,
                       const std::string& path, const Profile& profile, const ReadLimits& limits,
                       DigestOf of, HashedSource::Digest digest)
    : path_(path),
      file_(std::move(file)),
      bytes_(make_file_source(*file_)),
      hashed_(*bytes_, of == DigestOf::file ? digest : HashedSource::Digest()),
      unpacked_(packing == Compression::Kind::none ? nullptr
                                                   : make_unpacking_source(hashed_, packing, path)),
      contents_(unpacked_ ? *unpacked_ : hashed_,
                of == DigestOf::contents ? std::move(digest) : HashedSource::Digest()),
      reader_(contents_, profile, path, limits),
      ahead_(reader_) {}

Result<std::unique_ptr<DumpCursor>> DumpCursor::open(FileSystem& files, const std::string& path,
                                                     const Profile& profile,
                                                     const ReadLimits& limits, DigestOf of,
                                                     HashedSource::Digest digest) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Result<Compression::Kind> packing = compression_of_file(**file);
    if (!packing) {
        return failed(std::move(packing.error()));
    }
    std::unique_ptr<DumpCursor> cursor(
        new DumpCursor(std::move(*file), *packing, path, profile, limits, of, std::move(digest)));
    return cursor->load().map([&cursor] { return std::move(cursor); });
}

Result<void> DumpCursor::advance() {
    ++index_;
    if (index_ < block_.size()) {
        return {};
    }
    return load();
}

Result<void> DumpCursor::load() {
    index_ = 0;
    for (;;) {
        Result<bool> more = ahead_.next(block_);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (!*more) {
            ended_ = true;
            return contents_.drain().and_then([this] { return hashed_.drain(); });
        }
        if (block_.begin.offset == 0) {
            header_ = block_.view(block_.header);
            header_values_ = block_.header_values;
        }
        if (block_.begin.ordinal == 0 && block_.size() != 0) {
            first_lead_ = block_.view(block_.spans.front().lead);
        }
        if (block_.last) {
            trailer_ = block_.view(block_.trailer);
            trailer_values_ = block_.trailer_values;
        }
        if (block_.size() != 0) {
            return {};
        }
    }
}

}  // namespace ffdump
