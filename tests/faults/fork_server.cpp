// SPDX-License-Identifier: Apache-2.0
// Preloaded into ffdump (LD_PRELOAD) by campaigns of thousands of runs: the program is loaded once,
// with its fifty libraries, and waits before the first line of its own. Each message on the socket
// becomes a process that goes on from there with arguments, environment and descriptors of its own.
// Loading is most of what a small run costs. lab/fork_server.py has the other end.
//
//   FFDUMP_FORK_SERVER   number of the descriptor of a SOCK_SEQPACKET socket
//
// A message: number of arguments, arguments, variables, each closed by a zero; with it the
// descriptors for standard input, output and error. Answers: the process's number, then how it
// ended, as waitpid(2) tells it. The server ends when the other end is closed.
#include <array>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <dlfcn.h>
#include <fcntl.h>
#include <string>
#include <string_view>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>
#include <vector>

extern char** environ;  // NOLINT(readability-redundant-declaration)

namespace {

constexpr int kStandardDescriptors = 3;
constexpr std::size_t kMostBytes = std::size_t{1} << 18;
constexpr int kBadMessage = 120;

using Main = int (*)(int, char**, char**);
using StartMain = int (*)(Main, int, char**, void (*)(), void (*)(), void (*)(), void*);

[[noreturn]] void complain(std::string_view what) {
    static_cast<void>(::write(STDERR_FILENO, what.data(), what.size()));
    ::_exit(kBadMessage);
}

struct Request {
    std::vector<char> bytes;
    std::array<int, kStandardDescriptors> descriptors{};
};

/// False when the other end was closed.
bool receive(int socket, Request& request) {
    request.bytes.resize(kMostBytes);
    iovec part{request.bytes.data(), request.bytes.size()};
    alignas(cmsghdr) std::array<char, CMSG_SPACE(sizeof request.descriptors)> control{};
    msghdr message{};
    message.msg_iov = &part;
    message.msg_iovlen = 1;
    message.msg_control = control.data();
    message.msg_controllen = control.size();
    ssize_t size = 0;
    do {
        size = ::recvmsg(socket, &message, MSG_CMSG_CLOEXEC);
    } while (size < 0 && errno == EINTR);
    if (size == 0) {
        return false;
    }
    const cmsghdr* header = CMSG_FIRSTHDR(&message);
    if (size < 0 || (message.msg_flags & (MSG_TRUNC | MSG_CTRUNC)) != 0 || header == nullptr ||
        header->cmsg_len != CMSG_LEN(sizeof request.descriptors)) {
        complain("fork server: a message is not as expected\n");
    }
    std::memcpy(request.descriptors.data(), CMSG_DATA(header), sizeof request.descriptors);
    request.bytes.resize(static_cast<std::size_t>(size));
    return true;
}

/// Pointers as the kernel lays them down: arguments, zero, variables, zero.
struct Words {
    int arguments = 0;
    std::vector<char*> pointers;
};

Words words_of(std::vector<char>& bytes) {
    if (bytes.empty() || bytes.back() != '\0') {
        complain("fork server: a message does not end with a zero\n");
    }
    Words words;
    words.arguments = std::atoi(bytes.data());
    for (std::size_t at = std::strlen(bytes.data()) + 1; at < bytes.size();
         at += std::strlen(&bytes[at]) + 1) {
        if (words.pointers.size() == static_cast<std::size_t>(words.arguments)) {
            words.pointers.push_back(nullptr);
        }
        words.pointers.push_back(&bytes[at]);
    }
    if (words.arguments < 1 || words.pointers.size() <= static_cast<std::size_t>(words.arguments)) {
        complain("fork server: a message has fewer arguments than it says\n");
    }
    words.pointers.push_back(nullptr);
    return words;
}

void take_descriptors(int socket, const Request& request) {
    for (int i = 0; i < kStandardDescriptors; ++i) {
        ::dup2(request.descriptors[static_cast<std::size_t>(i)], i);
    }
    for (const int descriptor : request.descriptors) {
        ::close(descriptor);
    }
    ::close(socket);
}

void answer(int socket, int number) {
    const std::string text = std::to_string(number);
    static_cast<void>(::send(socket, text.data(), text.size(), MSG_NOSIGNAL));
}

/// Returns in each process that is to run the program, and there alone.
Words serve(int socket) {
    // What a process begins with is never destroyed: libraries look at the environment at the end.
    static Request& request = *new Request;  // NOLINT(cppcoreguidelines-owning-memory)
    while (receive(socket, request)) {
        const pid_t process = ::fork();
        if (process == 0) {
            take_descriptors(socket, request);
            return words_of(request.bytes);
        }
        for (const int descriptor : request.descriptors) {
            ::close(descriptor);
        }
        if (process < 0) {
            complain("fork server: no process can be made\n");
        }
        answer(socket, process);
        int status = 0;
        while (::waitpid(process, &status, 0) < 0 && errno == EINTR) {
        }
        answer(socket, status);
    }
    ::_exit(0);
}

}  // namespace

/// In place of libc's, which begins the program's own code.
// NOLINTNEXTLINE(bugprone-reserved-identifier)
extern "C" int __libc_start_main(Main main, int argc, char** argv, void (*init)(), void (*fini)(),
                                 void (*rtld_fini)(), void* stack_end) {
    const auto real = reinterpret_cast<StartMain>(::dlsym(RTLD_NEXT, "__libc_start_main"));
    const char* number = std::getenv("FFDUMP_FORK_SERVER");
    if (number == nullptr) {
        return real(main, argc, argv, init, fini, rtld_fini, stack_end);
    }
    static Words& words = *new Words(serve(std::atoi(number)));  // never destroyed, as above
    environ = &words.pointers[static_cast<std::size_t>(words.arguments) + 1];
    if (void* begin = ::dlsym(RTLD_DEFAULT, "ffdump_fault_begin"); begin != nullptr) {
        reinterpret_cast<void (*)()>(begin)();  // the fault library read the server's environment
    }
    return real(main, words.arguments, words.pointers.data(), init, fini, rtld_fini, stack_end);
}
