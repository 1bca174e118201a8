// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <algorithm>
#include <array>
#include <cerrno>
#include <chrono>
#include <condition_variable>
#include <csignal>
#include <cstdint>
#include <cstring>
#include <fcntl.h>
#include <map>
#include <mutex>
#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/prctl.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <thread>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ffdump {

/// What to start.
struct ChildCommand {
    std::string program;  ///< a path; PATH is not searched
    std::vector<std::string> arguments;
    std::map<std::string, std::string> environment;  ///< added to, or over, the test's own
    std::string folder;                              ///< working directory; empty = the test's own
    std::string input;                               ///< stdin; empty = /dev/null
};

/// How a child ended, and what it used.
struct ChildEnd {
    std::optional<int> code;    ///< exit status
    std::optional<int> signal;  ///< that killed it
    std::string out;
    std::string err;
    std::int64_t peak_rss_kib = 0;
    std::chrono::microseconds cpu{0};  ///< user and system

    [[nodiscard]] std::string words() const {
        return code ? "exit " + std::to_string(*code)
                    : "signal " + std::to_string(signal.value_or(0));
    }
};

/// A program that a test runs. stdout and stderr are read by threads of their own, so the child
/// never blocks on a full pipe. It is the leader of a process group; what it leaves behind in the
/// group is killed when it ends, and all of it when this object goes or the thread that made it
/// dies (PR_SET_PDEATHSIG: so make it on a thread that lives as long as the child shall). Throws
/// std::runtime_error when the program cannot be started. Used by one thread.
class ChildProcess {
 public:
    using Milliseconds = std::chrono::milliseconds;
    static constexpr Milliseconds kPatience{60000};

    explicit ChildProcess(const ChildCommand& command) { start(command); }
    ~ChildProcess() {
        send_signal(SIGKILL);
        join();
    }
    ChildProcess(const ChildProcess&) = delete;
    ChildProcess& operator=(const ChildProcess&) = delete;

    /// Waits for the end; nothing when the child still runs after `patience`.
    [[nodiscard]] std::optional<ChildEnd> wait(Milliseconds patience = kPatience) {
        {
            std::unique_lock lock(mutex_);
            if (!changed_.wait_for(lock, patience, [&] { return reaped_; })) {
                return std::nullopt;
            }
        }
        join();
        return end_;
    }

    /// Sends a signal to the child's whole group; false when it has ended already.
    bool send_signal(int signal) {
        const std::lock_guard lock(mutex_);
        return !reaped_ && kill(-pid_, signal) == 0;
    }

    /// Waits until stdout holds `text`; false when that does not come in time or the child ends
    /// without it.
    [[nodiscard]] bool wait_for_out(std::string_view text, Milliseconds patience = kPatience) {
        return wait_for_text(end_.out, text, patience);
    }
    [[nodiscard]] bool wait_for_err(std::string_view text, Milliseconds patience = kPatience) {
        return wait_for_text(end_.err, text, patience);
    }

    /// What has come so far.
    [[nodiscard]] std::string out() const {
        const std::lock_guard lock(mutex_);
        return end_.out;
    }
    [[nodiscard]] std::string err() const {
        const std::lock_guard lock(mutex_);
        return end_.err;
    }
    [[nodiscard]] pid_t pid() const noexcept { return pid_; }

 private:
    using Pipe = std::array<int, 2>;

    /// argv and envp, made before fork: no allocation is allowed after it.
    class Strings {
     public:
        void add(std::string text) { texts_.push_back(std::move(text)); }
        [[nodiscard]] char** pointers() {
            pointers_.clear();
            for (std::string& text : texts_) {
                pointers_.push_back(text.data());
            }
            pointers_.push_back(nullptr);
            return pointers_.data();
        }

     private:
        std::vector<std::string> texts_;
        std::vector<char*> pointers_;
    };

    static Pipe make_pipe() {
        Pipe ends{};
        if (pipe2(ends.data(), O_CLOEXEC) != 0) {
            throw std::runtime_error(std::string("pipe: ") + std::strerror(errno));
        }
        return ends;
    }

    static Strings environment_of(const ChildCommand& command) {
        Strings result;
        for (char** entry = environ; *entry != nullptr; ++entry) {
            const std::string text(*entry);
            if (!command.environment.contains(text.substr(0, text.find('=')))) {
                result.add(text);
            }
        }
        for (const auto& [name, value] : command.environment) {
            std::string entry = name;
            entry += "=";
            entry += value;
            result.add(std::move(entry));
        }
        return result;
    }

    void start(const ChildCommand& command) {
        Strings arguments;
        arguments.add(command.program);
        for (const std::string& argument : command.arguments) {
            arguments.add(argument);
        }
        Strings environment = environment_of(command);
        char** argv = arguments.pointers();
        char** envp = environment.pointers();
        const Pipe in = make_pipe();
        const Pipe out = make_pipe();
        const Pipe err = make_pipe();
        const Pipe failure = make_pipe();  // closed by a good exec, else takes errno
        const pid_t parent = getpid();
        pid_ = fork();
        if (pid_ == 0) {
            become(command, argv, envp, {in[0], out[1], err[1]}, parent);
            const int number = errno;
            const bool told = write(failure[1], &number, sizeof number) == sizeof number;
            _exit(told ? 127 : 126);
        }
        for (const int end : {in[0], out[1], err[1], failure[1]}) {
            close(end);
        }
        int number = pid_ < 0 ? errno : 0;
        // NOLINTNEXTLINE(clang-analyzer-unix.BlockInCriticalSection): no lock is held here
        const bool failed = pid_ < 0 || read(failure[0], &number, sizeof number) == sizeof number;
        close(failure[0]);
        if (failed) {
            for (const int end : {in[1], out[0], err[0]}) {
                close(end);
            }
            if (pid_ > 0) {
                waitpid(pid_, nullptr, 0);
            }
            throw std::runtime_error(command.program + ": " + std::strerror(number));
        }
        threads_.emplace_back([this, file = in[1], text = command.input] { feed(file, text); });
        threads_.emplace_back([this, file = out[0]] { collect(file, end_.out); });
        threads_.emplace_back([this, file = err[0]] { collect(file, end_.err); });
        threads_.emplace_back([this] { reap(); });
    }

    /// Between fork and exec; only returns when something failed. Async-signal-safe calls only.
    static void become(const ChildCommand& command, char** argv, char** envp,
                       const std::array<int, 3>& files, pid_t parent) {
        setpgid(0, 0);
        prctl(PR_SET_PDEATHSIG, SIGKILL);
        if (getppid() != parent) {
            _exit(127);
        }
        sigset_t none;
        sigemptyset(&none);
        sigprocmask(SIG_SETMASK, &none, nullptr);
        static_cast<void>(::signal(SIGPIPE, SIG_DFL));
        int input = files[0];
        if (command.input.empty()) {
            input = open("/dev/null", O_RDONLY | O_CLOEXEC);
        }
        if (input < 0 || dup2(input, STDIN_FILENO) < 0 || dup2(files[1], STDOUT_FILENO) < 0 ||
            dup2(files[2], STDERR_FILENO) < 0) {
            return;
        }
        if (!command.folder.empty() && chdir(command.folder.c_str()) != 0) {
            return;
        }
        execve(command.program.c_str(), argv, envp);
    }

    /// A child that does not read its input is no error. The pipe is written with SIGPIPE blocked
    /// on this thread, and a pending one is taken off, so that the test is not killed by it.
    static void feed_blocking(int file, std::string_view text) {
        while (!text.empty()) {
            const ssize_t written = write(file, text.data(), text.size());
            if (written < 0 && errno == EINTR) {
                continue;
            }
            if (written <= 0) {
                return;
            }
            text.remove_prefix(static_cast<std::size_t>(written));
        }
    }
    static void feed(int file, std::string_view text) {
        sigset_t broken;
        sigemptyset(&broken);
        sigaddset(&broken, SIGPIPE);
        pthread_sigmask(SIG_BLOCK, &broken, nullptr);
        feed_blocking(file, text);
        close(file);
        const timespec at_once{};
        sigtimedwait(&broken, nullptr, &at_once);
    }

    void collect(int file, std::string& into) {
        std::array<char, 65536> block{};
        while (true) {
            const ssize_t got = read(file, block.data(), block.size());
            if (got < 0 && errno == EINTR) {
                continue;
            }
            if (got <= 0) {
                break;
            }
            const std::lock_guard lock(mutex_);
            into.append(block.data(), static_cast<std::size_t>(got));
            changed_.notify_all();
        }
        close(file);
        const std::lock_guard lock(mutex_);
        ++closed_;
        changed_.notify_all();
    }

    /// Waits without reaping first: as long as the leader is a zombie its number belongs to nobody
    /// else, so killing the group and sending signals can hit no stranger.
    void reap() {
        siginfo_t info{};
        while (waitid(P_PID, static_cast<id_t>(pid_), &info, WEXITED | WNOWAIT) != 0 &&
               errno == EINTR) {
        }
        const std::lock_guard lock(mutex_);
        kill(-pid_, SIGKILL);
        int status = 0;
        rusage usage{};
        wait4(pid_, &status, 0, &usage);
        if (WIFEXITED(status)) {
            end_.code = WEXITSTATUS(status);
        } else {
            end_.signal = WTERMSIG(status);
        }
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): glibc spells rusage that way
        end_.peak_rss_kib = usage.ru_maxrss;
        end_.cpu = std::chrono::seconds(usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) +
                   std::chrono::microseconds(usage.ru_utime.tv_usec + usage.ru_stime.tv_usec);
        reaped_ = true;
        changed_.notify_all();
    }

    bool wait_for_text(const std::string& in, std::string_view text, Milliseconds patience) {
        std::unique_lock lock(mutex_);
        const auto found = [&] { return in.find(text) != std::string::npos; };
        changed_.wait_for(lock, patience, [&] { return found() || closed_ == 2; });
        return found();
    }

    void join() {
        for (std::thread& thread : threads_) {
            if (thread.joinable()) {
                thread.join();
            }
        }
    }

    pid_t pid_ = -1;
    mutable std::mutex mutex_;  ///< guards all that follows but threads_
    std::condition_variable changed_;
    ChildEnd end_;
    int closed_ = 0;  ///< pipes read to their end
    bool reaped_ = false;
    std::vector<std::thread> threads_;
};

/// Starts a program and waits for its end; one that does not end in time is killed, which shows as
/// signal 9.
[[nodiscard]] inline ChildEnd run_child(
    const ChildCommand& command, ChildProcess::Milliseconds patience = ChildProcess::kPatience) {
    ChildProcess child(command);
    if (auto end = child.wait(patience)) {
        return *end;
    }
    child.send_signal(SIGKILL);
    return child.wait().value_or(ChildEnd{});
}

}  // namespace ffdump
