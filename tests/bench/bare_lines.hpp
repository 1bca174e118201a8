// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <simdjson.h>

#include <cstddef>
#include <cstring>
#include <fcntl.h>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/types.h>
#include <unistd.h>

namespace ffdump {

inline constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;

/// An open descriptor that is closed when it goes.
class Descriptor {
 public:
    Descriptor(const std::string& path, int flags)
        : number_(::open(path.c_str(), flags | O_CLOEXEC, 0600)) {
        if (number_ < 0) {
            throw std::runtime_error("cannot open " + path);
        }
    }
    ~Descriptor() { ::close(number_); }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;

    [[nodiscard]] std::size_t read(char* to, std::size_t most) const {
        const ssize_t count = ::read(number_, to, most);
        if (count < 0) {
            throw std::runtime_error("cannot read");
        }
        return static_cast<std::size_t>(count);
    }
    void write(std::string_view bytes) const {
        while (!bytes.empty()) {
            const ssize_t count = ::write(number_, bytes.data(), bytes.size());
            if (count < 0) {
                throw std::runtime_error("cannot write");
            }
            bytes.remove_prefix(static_cast<std::size_t>(count));
        }
    }

 private:
    int number_;
};

/// The least that could read JSON lines with simdjson: a reused buffer, lines by memchr. `read`
/// fills a buffer and says with how much; `take` gets each line with the bytes that may be read
/// from its begin on.
template <class Read, class Take>
void bare_lines(const Read& read, const Take& take) {
    constexpr std::size_t kCapacity = kBufferBytes + simdjson::SIMDJSON_PADDING;
    simdjson::ondemand::parser parser;
    std::string buffer(kCapacity, '\0');
    std::size_t held = 0;
    for (;;) {
        const std::size_t count = read(buffer.data() + held, kBufferBytes - held);
        if (count == 0) {
            return;
        }
        held += count;
        std::size_t at = 0;
        while (const void* end = std::memchr(buffer.data() + at, '\n', held - at)) {
            const char* line = buffer.data() + at;
            const auto size = static_cast<std::size_t>(static_cast<const char*>(end) - line);
            take(parser, std::string_view(line, size), kCapacity - at);
            at += size + 1;
        }
        std::memmove(buffer.data(), buffer.data() + at, held - at);
        held -= at;
    }
}

}  // namespace ffdump
