// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/random_bytes.hpp"

#include <utility>

namespace ffdump {
namespace {

class PlainBytes final : public RandomBytes {
 public:
    PlainBytes(std::unique_ptr<File> file, std::uint64_t size)
        : file_(std::move(file)), size_(size) {}

    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        return file_->read_at(out, offset);
    }
    [[nodiscard]] std::uint64_t size() const noexcept override { return size_; }

 private:
    std::unique_ptr<File> file_;
    std::uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<RandomBytes>> open_plain_bytes(FileSystem& files, const std::string& path) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(std::move(file).error());
    }
    const Result<FileIdentity> identity = (*file)->identity();
    if (!identity) {
        return failed(identity.error());
    }
    return std::make_unique<PlainBytes>(std::move(*file), identity->size);
}

}  // namespace ffdump
