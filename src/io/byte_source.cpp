// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/byte_source.hpp"

#include "descriptor.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cstring>
#include <unistd.h>
#include <utility>

namespace ffdump {
namespace {

Error ended_early(std::uint64_t wanted, std::uint64_t size) {
    return {Reason::source_changed,
            fmt::format("it ends at byte {}, byte {} was wanted", size, wanted)};
}

class FileSource final : public ByteSource {
 public:
    explicit FileSource(File& file) : file_(file) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        Result<std::size_t> got = file_.read_at(out, position_);
        if (got) {
            position_ += *got;
        }
        return got;
    }

    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        Result<FileIdentity> identity = file_.identity();
        if (!identity) {
            return failed(std::move(identity.error()));
        }
        if (identity->size < position_ || identity->size - position_ < count) {
            return failed(ended_early(position_ + count, identity->size).at_file(file_.path()));
        }
        position_ += count;
        return {};
    }

 private:
    File& file_;
    std::uint64_t position_ = 0;
};

class MemorySource final : public ByteSource {
 public:
    explicit MemorySource(std::string_view bytes) : bytes_(bytes) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        const std::size_t count = std::min(out.size(), bytes_.size() - position_);
        if (count != 0) {
            std::memcpy(out.data(), bytes_.data() + position_, count);
        }
        position_ += count;
        return count;
    }

    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        if (bytes_.size() - position_ < count) {
            return failed(ended_early(position_ + count, bytes_.size()));
        }
        position_ += static_cast<std::size_t>(count);
        return {};
    }

 private:
    std::string_view bytes_;
    std::size_t position_ = 0;
};

class StdinSource final : public ByteSource {
 public:
    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        const ssize_t got =
            retry_interrupted([&] { return ::read(STDIN_FILENO, out.data(), out.size()); });
        if (got < 0) {
            return failed(system_error(errno, "read", "standard input", FilePurpose::reading));
        }
        return static_cast<std::size_t>(got);
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }
};

class JoinedSource final : public ByteSource {
 public:
    JoinedSource(std::string first, ByteSource& rest)
        : bytes_(std::move(first)), first_(make_memory_source(bytes_)), rest_(rest) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        Result<std::size_t> got = first_->read(out);
        return got && *got == 0 && !out.empty() ? rest_.read(out) : got;
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }

 private:
    std::string bytes_;
    std::unique_ptr<ByteSource> first_;
    ByteSource& rest_;
};

}  // namespace

Result<void> read_over(ByteSource& source, std::uint64_t count) {
    std::array<char, 64U << 10U> unwanted{};
    for (std::uint64_t left = count; left != 0;) {
        const auto wanted =
            static_cast<std::size_t>(std::min<std::uint64_t>(left, unwanted.size()));
        Result<std::size_t> got = source.read({unwanted.data(), wanted});
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            return failed(ended_early(count, count - left));
        }
        left -= *got;
    }
    return {};
}

Result<std::string> read_up_to(ByteSource& source, std::size_t limit) {
    std::string bytes(limit, '\0');
    std::size_t size = 0;
    while (size < limit) {
        Result<std::size_t> got = source.read({bytes.data() + size, limit - size});
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            break;
        }
        size += *got;
    }
    bytes.resize(size);
    return bytes;
}

std::unique_ptr<ByteSource> make_stdin_source() {
    return std::make_unique<StdinSource>();
}

std::unique_ptr<ByteSource> make_joined_source(std::string first, ByteSource& rest) {
    return std::make_unique<JoinedSource>(std::move(first), rest);
}

std::unique_ptr<ByteSource> make_file_source(File& file) {
    return std::make_unique<FileSource>(file);
}

std::unique_ptr<ByteSource> make_memory_source(std::string_view bytes) {
    return std::make_unique<MemorySource>(bytes);
}

}  // namespace ffdump
