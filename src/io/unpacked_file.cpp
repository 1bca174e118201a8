// SPDX-License-Identifier: Apache-2.0
#include "parallel_unpacking.hpp"
#include "unpacking_source.hpp"

#include "ffdump/io/compression.hpp"

#include <array>
#include <cstddef>
#include <utility>

namespace ffdump {
namespace {

class CountedSource final : public ByteSource {
 public:
    explicit CountedSource(std::unique_ptr<ByteSource> source) : source_(std::move(source)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        Result<std::size_t> got = source_->read(out);
        bytes_ += got.value_or(0);
        return got;
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        Result<void> skipped = source_->skip(count);
        bytes_ += skipped ? count : 0;
        return skipped;
    }
    [[nodiscard]] std::uint64_t bytes() const noexcept { return bytes_; }

 private:
    std::unique_ptr<ByteSource> source_;
    std::uint64_t bytes_ = 0;
};

/// A file and what unpacks it, if it is packed.
class UnpackedFile final : public UnpackedFileSource {
 public:
    UnpackedFile(File& file, Compression::Kind kind)
        : file_(make_file_source(file)),
          unpacked_(kind == Compression::Kind::none
                        ? nullptr
                        : make_unpacking_source(file_, kind, file.path())),
          contents_(unpacked_ ? *unpacked_ : file_) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return contents_.read(out);
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override { return contents_.skip(count); }
    [[nodiscard]] std::uint64_t file_bytes() const noexcept override { return file_.bytes(); }

 private:
    CountedSource file_;
    std::unique_ptr<ByteSource> unpacked_;
    ByteSource& contents_;
};

}  // namespace

std::unique_ptr<ByteSource> make_unpacking_source(ByteSource& packed, Compression::Kind kind,
                                                  std::string name) {
    if (kind == Compression::Kind::gzip) {
        return std::make_unique<UnpackingSource>(packed, make_unpacker(kind), std::move(name));
    }
    return std::make_unique<ParallelUnpackingSource>(packed, std::move(name));
}

Result<Compression::Kind> compression_of_file(File& file) {
    constexpr std::size_t kMagicBytes = 4;
    std::array<char, kMagicBytes> begin{};
    return file.read_at(begin, 0).map(
        [&begin](std::size_t got) { return compression_of({begin.data(), got}); });
}

Result<std::unique_ptr<UnpackedFileSource>> make_unpacked_file_source(File& file) {
    return compression_of_file(file).map(
        [&file](Compression::Kind kind) -> std::unique_ptr<UnpackedFileSource> {
            return std::make_unique<UnpackedFile>(file, kind);
        });
}

}  // namespace ffdump
