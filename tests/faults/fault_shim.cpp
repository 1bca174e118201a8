// SPDX-License-Identifier: Apache-2.0
// Preloaded into ffdump (LD_PRELOAD): counts the calls that change files under the folders of
// FFDUMP_FAULT_UNDER, makes the k-th of them fail, and writes down what was done. lab/shim.py has
// the other end. Sees what goes through libc's public symbols, as ffdump's file layer does; strace
// on the same run shows that nothing else goes by (`run --only shim`).
//
//   FFDUMP_FAULT_UNDER   folders or files, separated by ':'
//   FFDUMP_FAULT_READS   1 = counts the calls that change nothing as well
//   FFDUMP_FAULT_AT      number of the call, from 1; 0 or nothing = none
//   FFDUMP_FAULT_ON      in its place: kind, number among the calls of that kind on that path, and
//                        path, with tabs between; threads change the order of calls, not these
//   FFDUMP_FAULT_DO      kill, torn (half of a write, then kill), short, or an errno's number
//   FFDUMP_FAULT_STICKY  1 = every call from there on (EINTR: every second one)
//   FFDUMP_FAULT_TRACE   file that takes one line a call
//   FFDUMP_FAULT_BYTES   1 = and the bytes of each write behind its line
//   FFDUMP_FAULT_VOID    1 = every sync does nothing and says that it did
#include "shim_calls.hpp"

#include <algorithm>
#include <array>
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
#include <utility>

namespace ffdump::shim {
namespace {

constexpr int kMostDescriptors = 4096;
constexpr std::size_t kSector = 4096;

struct Fault {
    const char* name;
    int code;
};
constexpr std::array<Fault, 7> kFaults{{{"EIO", EIO},
                                        {"ENOSPC", ENOSPC},
                                        {"EDQUOT", EDQUOT},
                                        {"EROFS", EROFS},
                                        {"EFBIG", EFBIG},
                                        {"EINTR", EINTR},
                                        {"ENOLCK", ENOLCK}}};

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
            return call.kind == Kind::open || call.is_data() || call.kind == Kind::cut ||
                   call.kind == Kind::read || call.kind == Kind::lock || call.kind == Kind::space;
        case ENOLCK:
            return call.kind == Kind::lock;
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
            return call.kind != Kind::lock && (call.kind != Kind::close || call.writes);
    }
}

/// What a short read gives of the bytes that were there; all of them when it cannot be short.
std::size_t shortened(const Call& call, std::size_t there) {
    const std::size_t half = there / 2;
    const std::size_t kept = call.is_direct ? half / kSector * kSector : half;
    return kept == 0 ? there : kept;
}

/// Of these the call could have been made to fail, with commas between.
std::string possible_faults(const Call& call, long result) {
    std::string names;
    for (const Fault& fault : kFaults) {
        names += is_possible(call, fault.code) ? std::string(fault.name) + ',' : "";
    }
    const auto there = static_cast<std::size_t>(std::max(result, 0L));
    const bool is_short = (call.kind == Kind::write && call.size > 1) ||
                          (call.kind == Kind::read && shortened(call, there) != there);
    return names + (is_short ? "short" : "");
}

struct Shim {
    std::mutex mutex;
    std::string folders = variable("FFDUMP_FAULT_UNDER");
    long at = std::atol(variable("FFDUMP_FAULT_AT"));
    std::string what = variable("FFDUMP_FAULT_DO");
    bool is_sticky = *variable("FFDUMP_FAULT_STICKY") == '1';
    bool with_bytes = *variable("FFDUMP_FAULT_BYTES") == '1';
    bool with_reads = *variable("FFDUMP_FAULT_READS") == '1';
    bool voids_syncs = *variable("FFDUMP_FAULT_VOID") == '1';
    std::string on_kind;
    std::string on_path;
    long on_number = 0;
    long on_count = 0;
    int trace = -1;
    long count = 0;
    bool was_interrupted = false;
    std::string names[kMostDescriptors];  // NOLINT(*-avoid-c-arrays)
    bool writable[kMostDescriptors]{};    // NOLINT(*-avoid-c-arrays)

    Shim() {
        if (const char* path = variable("FFDUMP_FAULT_TRACE"); *path != '\0') {
            // Past the functions below, which count.
            trace = static_cast<int>(::syscall(SYS_openat, AT_FDCWD, path,
                                               O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600));
        }
        const std::string on = variable("FFDUMP_FAULT_ON");
        const std::size_t first = on.find('\t');
        const std::size_t second = on.find('\t', first + 1);
        if (first != std::string::npos && second != std::string::npos) {
            on_kind = on.substr(0, first);
            on_number = std::atol(on.substr(first + 1, second - first - 1).c_str());
            on_path = on.substr(second + 1);
        }
    }

    /// From the call on that is looked for, its number is the one where the fault is.
    void look_for(const Call& call, long number) {
        if (on_number > 0 && call.path == on_path && on_kind == name_of(call.kind) &&
            ++on_count == on_number) {
            at = number;
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
                           std::to_string(micros) + '\t' + fault + '\t' + call.flags() + '\t' +
                           (with_reads ? possible_faults(call, result) : std::string()) + '\n';
        const bool has_bytes = with_bytes && call.kind == Kind::write && result > 0;
        if (has_bytes) {
            line.append(static_cast<const char*>(call.bytes), static_cast<std::size_t>(result));
        }
        put(line.data(), line.size());
    }

    [[nodiscard]] bool strikes(const Call& call, long number) {
        if (at <= 0 || number < at || (number > at && !is_sticky)) {
            return false;
        }
        if (what == "kill") {
            return true;
        }
        if (what == "short" || what == "torn") {
            return call.size > 1 &&
                   (call.kind == Kind::write || (call.kind == Kind::read && what == "short"));
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

Shim*& instance() {
    // Never destroyed: threads may still write while the process ends.
    static Shim* only = new Shim;  // NOLINT(cppcoreguidelines-owning-memory)
    return only;
}

Shim& shim() {
    return *instance();
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
        case Kind::read:
            return "read";
        case Kind::look:
            return "look";
        case Kind::list:
            return "list";
        case Kind::lock:
            return "lock";
        case Kind::space:
            return "space";
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

void name_descriptor(int descriptor, const std::string& path) {
    if (descriptor >= 0 && descriptor < kMostDescriptors) {
        const std::lock_guard guard(shim().mutex);
        shim().names[descriptor] = path;
        shim().writable[descriptor] = false;
    }
}

long on_descriptor(Call call, int descriptor, const std::function<long(std::size_t)>& real) {
    call.path = name_of_descriptor(descriptor);
    call.descriptor = descriptor;
    call.writes = is_writable(descriptor);
    return counted(std::move(call), real);
}

namespace {

/// A read of which the program gets the first part; what lies behind in its memory is no promise.
long short_read(const Call& call, const std::function<long(std::size_t)>& real) {
    const long result = real(call.size);
    if (result <= 0) {
        return result;
    }
    const auto kept = static_cast<long>(shortened(call, static_cast<std::size_t>(result)));
    if (call.moves && kept < result) {
        static_cast<void>(
            raw_syscall(SYS_lseek, call.descriptor, kept - result, SEEK_CUR, 0, 0, 0));
    }
    return kept;
}

}  // namespace

long counted(Call call, const std::function<long(std::size_t)>& real) {
    Shim& state = shim();
    if (call.path.empty() || !is_under(call.path, state.folders) ||
        (call.only_reads() && !state.with_reads)) {
        return real(call.size);
    }
    // One at a time, so that numbers and trace have one order.
    const std::lock_guard guard(state.mutex);
    const long number = ++state.count;
    state.look_for(call, number);
    const auto begin = std::chrono::steady_clock::now();
    const char* fault = "";
    long result = 0;
    if (state.voids_syncs && call.kind == Kind::sync) {
        fault = "void";
    } else if (!state.strikes(call, number)) {
        result = real(call.size);
    } else if (state.what == "kill") {
        state.note(call, number, "kill", -1, 0);
        die();
    } else if (state.what == "torn") {
        result = real(call.size / 2);
        state.note(call, number, "kill", result, 0);
        die();
    } else if (state.what == "short" && call.kind == Kind::read) {
        result = short_read(call, real);
        fault = result > 0 ? "short" : "";
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

/// For a process that got another environment: counts from 1 by what that says. Called before there
/// are threads.
extern "C" void ffdump_fault_begin() {
    ffdump::shim::instance() = new ffdump::shim::Shim;  // NOLINT(cppcoreguidelines-owning-memory)
}
