// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <string>

namespace ffdump::shim {

enum class Kind : unsigned char {
    open,
    write,
    sync,
    rename,
    remove,
    cut,
    reserve,
    make_folder,
    mode,
    close,
    // The rest change nothing.
    read,
    look,
    list,
    lock,
    space,
};

/// One call as the program made it.
struct Call {
    Kind kind = Kind::open;
    std::string path{};
    std::string other{};   ///< of a rename: the new name
    std::size_t size = 0;  ///< bytes to write or read; of a cut: the new length
    long offset = 0;       ///< of a write, once it is made
    const void* bytes = nullptr;
    int descriptor = -1;
    bool writes = false;   ///< open, close: the descriptor is for writing
    bool creates = false;  ///< open: the name may be new
    bool empties = false;  ///< open with O_TRUNC
    bool is_folder = false;
    bool is_unnamed = false;
    bool is_direct = false;  ///< read: past the cache, which gives whole sectors
    bool moves = false;      ///< read: from the descriptor's own place, which moves

    [[nodiscard]] bool is_data() const { return kind == Kind::write || kind == Kind::sync; }
    [[nodiscard]] bool only_reads() const { return kind >= Kind::read; }
    [[nodiscard]] bool is_name() const { return kind == Kind::rename || kind == Kind::make_folder; }
    [[nodiscard]] std::string flags() const {
        std::string text;
        text += writes ? "w" : "";
        text += creates ? "c" : "";
        text += empties ? "t" : "";
        text += is_folder ? "d" : "";
        text += is_unnamed ? "u" : "";
        return text;
    }
};

[[nodiscard]] const char* name_of(Kind kind);

/// Counts the call when its path is watched and makes it, or the fault in its place. `real` gets
/// the number of bytes to write or read and is called at most once.
long counted(Call call, const std::function<long(std::size_t)>& real);

/// The same for a call on a descriptor that was opened under a watched folder.
long on_descriptor(Call call, int descriptor, const std::function<long(std::size_t)>& real);

/// Of a path as the call gave it; empty when it gave none.
[[nodiscard]] std::string absolute(int folder, const char* path);

/// For what was opened by other means than open(2).
void name_descriptor(int descriptor, const std::string& path);

/// Empty when it was opened before, or not under a watched folder.
[[nodiscard]] std::string name_of_descriptor(int descriptor);
[[nodiscard]] bool is_writable(int descriptor);

/// The real syscall(2), which is wrapped here as well.
long raw_syscall(long number, long a, long b, long c, long d, long e, long f);

/// open(2), openat(2) and, with the `how` of `size` bytes, openat2(2).
long open_call(int folder, const char* path, int flags, unsigned mode, const void* how = nullptr,
               std::size_t size = 0);

}  // namespace ffdump::shim
