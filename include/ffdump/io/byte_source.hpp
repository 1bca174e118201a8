// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

/// Bytes front to back: a plain file, a pipe, or what a decompressor yields. One thread.
class ByteSource {
 public:
    virtual ~ByteSource() = default;
    /// Up to out.size() bytes; 0 at the end, and only there.
    [[nodiscard]] virtual Result<std::size_t> read(std::span<char> out) = 0;
    /// Passes over `count` bytes; fails with `source_changed` when the source ends before.
    [[nodiscard]] virtual Result<void> skip(std::uint64_t count) = 0;
};

/// ByteSource::skip for bytes that can only be passed over by reading them.
[[nodiscard]] Result<void> read_over(ByteSource& source, std::uint64_t count);

/// The bytes of an open file, which must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> make_file_source(File& file);

/// The next `limit` bytes, or fewer when the source ends before.
[[nodiscard]] Result<std::string> read_up_to(ByteSource& source, std::size_t limit);

/// Bytes in memory, which must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> make_memory_source(std::string_view bytes);

/// Standard input of the process, of which there is one.
[[nodiscard]] std::unique_ptr<ByteSource> make_stdin_source();

/// Appends to the process's standard output, finishing short writes. Fails with `output_unwritable`
/// (a reader that is gone) or `disk_full`.
[[nodiscard]] Result<void> write_to_stdout(std::string_view bytes);

/// `first`, then what is left of `rest`, which must outlive the source.
[[nodiscard]] std::unique_ptr<ByteSource> make_joined_source(std::string first, ByteSource& rest);

}  // namespace ffdump
