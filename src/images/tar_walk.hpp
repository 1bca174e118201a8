// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/random_bytes.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ffdump {

/// One regular file of an archive.
struct TarMember {
    std::string name;         ///< without a leading "./" or "/"
    std::uint64_t place = 0;  ///< where its header begins in the unpacked archive
    std::uint64_t bytes = 0;
};

/// `none`: the bytes are a tar archive. `any`: they may be packed in any way that libarchive knows.
enum class TarPacking : std::uint8_t { none, any };

/// Walks over the regular files of a tar archive by libarchive, from any header on. Names are bytes
/// as they stand there; links, devices and folders are passed over. What is not read is skipped
/// without reading it where the archive is not packed. One thread; `bytes` must outlive it.
class TarWalk {
 public:
    /// Fails with `storage_unreadable`, as the others do.
    [[nodiscard]] static Result<TarWalk> open(RandomBytes& bytes, std::uint64_t place,
                                              TarPacking packing);
    TarWalk(TarWalk&&) noexcept;
    TarWalk& operator=(TarWalk&&) noexcept;
    ~TarWalk();

    /// Nothing at the end.
    [[nodiscard]] Result<std::optional<TarMember>> next();
    /// The member's bytes, at most `most` of them.
    [[nodiscard]] Result<std::string> read(std::size_t most);
    /// Bytes of the packed archive that have been read.
    [[nodiscard]] std::uint64_t position() const noexcept;

 private:
    struct State;
    explicit TarWalk(std::unique_ptr<State> state);

    std::unique_ptr<State> state_;
};

}  // namespace ffdump
