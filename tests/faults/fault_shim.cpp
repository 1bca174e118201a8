// SPDX-License-Identifier: Apache-2.0
// Preloaded into ffdump (LD_PRELOAD): counts the calls that change files under the folders of
// FFDUMP_FAULT_UNDER, makes the k-th of them fail, and writes down what was done. lab/shim.py has
// the other end. Sees what goes through libc's public symbols, as ffdump's file layer does; strace
// on the same run shows that nothing else goes by (`run --only shim`).
//
//   FFDUMP_FAULT_UNDER   folders, separated by ':'
//   FFDUMP_FAULT_AT      number of the call, from 1; 0 or nothing = none
//   FFDUMP_FAULT_ONLY    kind:path; AT counts only such calls
//   FFDUMP_FAULT_DO      kill, torn (half of a write, then kill), short, or an errno's number
//   FFDUMP_FAULT_STICKY  1 = every call from there on (EINTR: every second one)
//   FFDUMP_FAULT_TRACE   file that takes one line a call
//   FFDUMP_FAULT_BYTES   1 = and the bytes of each write behind its line
#include "shim_calls.hpp"

#include <cerrno>
#include <csignal>
#include <cstdarg>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <mutex>
#include <string>
#include <sys/stat.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <unistd.h>

namespace ffdump::shim {
namespace {

constexpr int kMostDescriptors = 4096;

const char* variable(const char* name) {
    const char* value = std::getenv(name);
    return value == nullptr ? "" : value;
}

bool is_under(const std::string& path, const std::string& folders) {
    for (std::size_t at = 0; at < folders.size();) {
        const std::size_t end = std::min(folders.find(':', at), folders.size());
        const std::string folder = folders.substr(at, end - at);
        if (path.starts_with(folder) &&
            (path.size() == folder.size() || path[folder.size()] == '/')) {
            return true;
        }
        at = end + 1;
    }
    return false;
}

/// Whether the kernel may answer this call with that errno: a fault that no disk has shows nothing.
bool is_possible(const Call& call, int code) {
    switch (code) {
        case EINTR:
            return call.kind == Kind::open || call.is_data() || call.kind == Kind::cut;
        case ENOSPC:
        case EDQUOT:
            return call.is_data() || call.is_name() || call.creates || call.kind == Kind::reserve ||
                   (call.kind == Kind::close && call.writes);
        case EFBIG:
            return call.kind == Kind::write || call.kind == Kind::reserve;
        case EROFS:
            return call.is_name() || call.creates || call.kind == Kind::remove ||
                   call.kind == Kind::write || call.kind == Kind::cut || call.kind == Kind::mode ||
                   (call.kind == Kind::open && call.writes);
        default:
            return call.kind != Kind::close || call.writes;
    }
}

struct Shim {
    std::mutex mutex;
    std::string folders = variable("FFDUMP_FAULT_UNDER");
    long at = std::atol(variable("FFDUMP_FAULT_AT"));
    std::string only = variable("FFDUMP_FAULT_ONLY");
    std::string what = variable("FFDUMP_FAULT_DO");
    bool is_sticky = *variable("FFDUMP_FAULT_STICKY") == '1';
    bool with_bytes = *variable("FFDUMP_FAULT_BYTES") == '1';
    int trace = -1;
    long count = 0;
    long count_of_those = 0;
    bool was_interrupted = false;
    std::string names[kMostDescriptors];  // NOLINT(*-avoid-c-arrays)
    bool writable[kMostDescriptors]{};    // NOLINT(*-avoid-c-arrays)

    Shim() {
        if (const char* path = variable("FFDUMP_FAULT_TRACE"); *path != '\0') {
            // Past the functions below, which count.
            trace = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path,
                                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        }
    }

    void put(const void* bytes, std::size_t size) const {
        static_cast<void>(raw_syscall(SYS_write, trace, reinterpret_cast<long>(bytes),
                                      static_cast<long>(size), 0, 0, 0));
    }

    void note(const Call& call, long number, const char* fault, long result, long micros) const {
        if (trace < 0) {
            return;
        }
        std::string line = std::string(name_of(call.kind)) + '\t' + std::to_string(number) + '\t' +
                           call.path + '\t' + call.other + '\t' + std::to_string(call.offset) +
                           '\t' + std::to_string(call.size) + '\t' + std::to_string(result) + '\t' +
                           std::to_string(micros) + '\t' + fault + '\t' + call.flags() + '\n';
        const bool has_bytes = with_bytes && call.kind == Kind::write && result > 0;
        if (has_bytes) {
            line.append(static_cast<const char*>(call.bytes), static_cast<std::size_t>(result));
        }
        put(line.data(), line.size());
    }

    /// Its place among those that AT counts; 0 when it is none of them.
    [[nodiscard]] long place_of(const Call& call, long number) {
        if (only.empty()) {
            return number;
        }
        return only == std::string(name_of(call.kind)) + ':' + call.path ? ++count_of_those : 0;
    }

    [[nodiscard]] bool strikes(const Call& call, long number) {
        if (at <= 0 || number < at || (number > at && !is_sticky)) {
            return false;
        }
        if (what == "kill") {
            return true;
        }
        if (what == "short" || what == "torn") {
            return call.kind == Kind::write && call.size > 1;
        }
        const int code = std::atoi(what.c_str());
        if (!is_possible(call, code)) {
            return false;
        }
        // A call that is interrupted for ever is no fault that could be lived with.
        was_interrupted = code == EINTR && !was_interrupted;
        return code != EINTR || was_interrupted;
    }
};

Shim& shim() {
    // Never destroyed: threads may still write while the process ends.
    static Shim* const instance = new Shim;  // NOLINT(cppcoreguidelines-owning-memory)
    return *instance;
}

[[noreturn]] void die() {
    static_cast<void>(
        raw_syscall(SYS_kill, raw_syscall(SYS_getpid, 0, 0, 0, 0, 0, 0), SIGKILL, 0, 0, 0, 0));
    for (;;) {
    }
}

}  // namespace

const char* name_of(Kind kind) {
    switch (kind) {
        case Kind::open:
            return "open";
        case Kind::write:
            return "write";
        case Kind::sync:
            return "sync";
        case Kind::rename:
            return "rename";
        case Kind::remove:
            return "remove";
        case Kind::cut:
            return "cut";
        case Kind::reserve:
            return "reserve";
        case Kind::make_folder:
            return "mkdir";
        case Kind::mode:
            return "mode";
        case Kind::close:
            return "close";
    }
    return "?";
}

long raw_syscall(long number, long a, long b, long c, long d, long e, long f) {
    using Function = long (*)(long, ...);
    static const auto real = reinterpret_cast<Function>(::dlsym(RTLD_NEXT, "syscall"));
    return real(number, a, b, c, d, e, f);
}

std::string name_of_descriptor(int descriptor) {
    if (descriptor < 0 || descriptor >= kMostDescriptors) {
        return {};
    }
    const std::lock_guard guard(shim().mutex);
    return shim().names[descriptor];
}

bool is_writable(int descriptor) {
    if (descriptor < 0 || descriptor >= kMostDescriptors) {
        return false;
    }
    const std::lock_guard guard(shim().mutex);
    return shim().writable[descriptor];
}

long counted(Call call, const std::function<long(std::size_t)>& real) {
    Shim& state = shim();
    if (call.path.empty() || !is_under(call.path, state.folders)) {
        return real(call.size);
    }
    // One at a time, so that numbers and trace have one order.
    const std::lock_guard guard(state.mutex);
    const long number = ++state.count;
    const auto begin = std::chrono::steady_clock::now();
    const char* fault = "";
    long result = 0;
    if (!state.strikes(call, state.place_of(call, number))) {
        result = real(call.size);
    } else if (state.what == "kill") {
        state.note(call, number, "kill", -1, 0);
        die();
    } else if (state.what == "torn") {
        result = real(call.size / 2);
        state.note(call, number, "kill", result, 0);
        die();
    } else if (state.what == "short") {
        fault = "short";
        result = real(call.size / 2);
    } else {
        fault = state.what.c_str();
        if (call.kind == Kind::close) {
            static_cast<void>(real(0));  // the number is free all the same, as with close(2)
        }
        errno = std::atoi(state.what.c_str());
        result = -1;
    }
    const int code = errno;
    const auto took = std::chrono::duration_cast<std::chrono::microseconds>(
        std::chrono::steady_clock::now() - begin);
    if (call.kind == Kind::open && result >= 0 && result < kMostDescriptors) {
        state.names[result] = call.path;
        state.writable[result] = call.writes;
    }
    if (call.kind == Kind::close && call.descriptor >= 0 && call.descriptor < kMostDescriptors) {
        state.names[call.descriptor].clear();
    }
    if (call.kind == Kind::write && result > 0) {
        // Every write of ffdump appends: the place is where the file ends now.
        call.offset = raw_syscall(SYS_lseek, call.descriptor, 0, SEEK_CUR, 0, 0, 0) - result;
    }
    state.note(call, number, fault, result, static_cast<long>(took.count()));
    errno = code;
    return result;
}

}  // namespace ffdump::shim
