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
};

/// One call as the program made it.
struct Call {
    Kind kind = Kind::open;
    std::string path{};
    std::string other{};   ///< of a rename: the new name
    std::size_t size = 0;  ///< bytes to write; of a cut: the new length
    long offset = 0;       ///< of a write, once it is made
    const void* bytes = nullptr;
    int descriptor = -1;
    bool writes = false;   ///< open, close: the descriptor is for writing
    bool creates = false;  ///< open: the name may be new
    bool empties = false;  ///< open with O_TRUNC
    bool is_folder = false;
    bool is_unnamed = false;

    [[nodiscard]] bool is_data() const { return kind == Kind::write || kind == Kind::sync; }
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
/// the number of bytes to write and is called at most once.
long counted(Call call, const std::function<long(std::size_t)>& real);

/// Empty when it was opened before, or not under a watched folder.
[[nodiscard]] std::string name_of_descriptor(int descriptor);
[[nodiscard]] bool is_writable(int descriptor);

/// The real syscall(2), which is wrapped here as well.
long raw_syscall(long number, long a, long b, long c, long d, long e, long f);

}  // namespace ffdump::shim
