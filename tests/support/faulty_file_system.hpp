// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/io/file_system.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <set>
#include <span>
#include <string>
#include <string_view>
#include <system_error>
#include <utility>
#include <vector>

namespace ffdump {

/// Every call of FileSystem and File that can fail, and drop_cache, which is noted only.
enum class FileOperation : std::uint8_t {
    open_read,
    open_append,
    open_update,
    create,
    create_unnamed,
    rename,
    rename_new,
    remove,
    make_directories,
    sync_directory,
    list,
    look,  ///< exists and is_directory
    free_bytes,
    lock,
    read,
    write,
    truncate,
    sync,
    identity,
    close,
    drop_cache,
};

/// What a call fails with, and how often.
struct FileFault {
    enum class Times : std::uint8_t { once, for_good };
    enum class Torn : std::uint8_t { no, yes };

    Reason reason = Reason::output_unwritable;
    int code = 0;  ///< errno, for the text
    Times times = Times::once;
    Torn torn = Torn::no;  ///< a failing write writes the first half of its bytes before
};

/// One counted call, as it was made.
struct FileCall {
    FileOperation operation = FileOperation::open_read;
    std::string path;
    bool has_failed = false;
};

/// Counts the calls that reach another FileSystem and fails the n-th of them. A failed call does
/// nothing below, except that a failed close still releases the file, as close(2) does.
/// Thread-safe. `below` must outlive it, and it must outlive its files.
class FaultyFileSystem final : public FileSystem {
 public:
    explicit FaultyFileSystem(FileSystem& below) : below_(below) {}

    /// Fails call number `n` from now on, counted from 1, of the operations that count.
    void fail_at(std::uint64_t n, FileFault fault) {
        const std::lock_guard guard(mutex_);
        fault_ = fault;
        failing_call_ = n;
        counted_ = 0;
    }
    /// Only these operations count from now on; an empty set means all of them.
    void count_only(std::set<FileOperation> operations) {
        const std::lock_guard guard(mutex_);
        counting_ = std::move(operations);
    }
    /// No call fails any more.
    void heal() {
        const std::lock_guard guard(mutex_);
        fault_.reset();
    }
    /// Calls counted since the start or the last fail_at.
    [[nodiscard]] std::uint64_t counted() const {
        const std::lock_guard guard(mutex_);
        return counted_;
    }
    /// Whether the fault was met: a loop over n ends when it was not.
    [[nodiscard]] bool has_struck() const {
        const std::lock_guard guard(mutex_);
        return fault_.has_value() && counted_ >= failing_call_;
    }
    /// All calls so far in order, whether they count or not.
    [[nodiscard]] std::vector<FileCall> calls() const {
        const std::lock_guard guard(mutex_);
        return calls_;
    }

    [[nodiscard]] Result<std::unique_ptr<File>> open_read(const std::string& path) override {
        return opened(FileOperation::open_read, path, [&] { return below_.open_read(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_read_back(const std::string& path) override {
        return opened(FileOperation::open_read, path, [&] { return below_.open_read_back(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_append(const std::string& path) override {
        return opened(FileOperation::open_append, path, [&] { return below_.open_append(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<File>> open_update(const std::string& path) override {
        return opened(FileOperation::open_update, path, [&] { return below_.open_update(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create(const std::string& path) override {
        return opened(FileOperation::create, path, [&] { return below_.create(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<File>> create_unnamed(
        const std::string& directory) override {
        return opened(FileOperation::create_unnamed, directory,
                      [&] { return below_.create_unnamed(directory); });
    }
    [[nodiscard]] Result<void> rename(const std::string& from, const std::string& to) override {
        return step(FileOperation::rename, from, [&] { return below_.rename(from, to); });
    }
    [[nodiscard]] Result<void> rename_new(const std::string& from, const std::string& to) override {
        return step(FileOperation::rename_new, from, [&] { return below_.rename_new(from, to); });
    }
    [[nodiscard]] Result<void> remove(const std::string& path) override {
        return step(FileOperation::remove, path, [&] { return below_.remove(path); });
    }
    [[nodiscard]] Result<void> make_directories(const std::string& path) override {
        return step(FileOperation::make_directories, path,
                    [&] { return below_.make_directories(path); });
    }
    [[nodiscard]] Result<void> sync_directory(const std::string& path) override {
        return step(FileOperation::sync_directory, path,
                    [&] { return below_.sync_directory(path); });
    }
    [[nodiscard]] Result<std::vector<DirectoryEntry>> list(const std::string& path,
                                                           FilePurpose purpose) override {
        return step(FileOperation::list, path, [&] { return below_.list(path, purpose); });
    }
    [[nodiscard]] Result<bool> exists(const std::string& path, FilePurpose purpose) override {
        return step(FileOperation::look, path, [&] { return below_.exists(path, purpose); });
    }
    [[nodiscard]] Result<bool> is_directory(const std::string& path, FilePurpose purpose) override {
        return step(FileOperation::look, path, [&] { return below_.is_directory(path, purpose); });
    }
    [[nodiscard]] Result<std::uint64_t> free_bytes(const std::string& path) override {
        return step(FileOperation::free_bytes, path, [&] { return below_.free_bytes(path); });
    }
    [[nodiscard]] Result<std::unique_ptr<FileLock>> lock(const std::string& path,
                                                         std::string_view holder) override {
        return step(FileOperation::lock, path, [&] { return below_.lock(path, holder); });
    }

 private:
    class CountedFile;

    void note(FileOperation operation, const std::string& path) {
        const std::lock_guard guard(mutex_);
        calls_.push_back({operation, path, false});
    }

    /// Books the call; the fault when it is this call's turn.
    [[nodiscard]] std::optional<FileFault> count(FileOperation operation, const std::string& path) {
        const std::lock_guard guard(mutex_);
        calls_.push_back({operation, path, false});
        if (!counting_.empty() && !counting_.contains(operation)) {
            return std::nullopt;
        }
        ++counted_;
        const bool due =
            fault_ && (fault_->times == FileFault::Times::once ? counted_ == failing_call_
                                                               : counted_ >= failing_call_);
        if (!due) {
            return std::nullopt;
        }
        calls_.back().has_failed = true;
        return fault_;
    }

    [[nodiscard]] static Error error_of(const FileFault& fault, const std::string& path) {
        return Error(fault.reason, "made to fail: " + std::generic_category().message(fault.code))
            .at_file(path);
    }

    template <class Call>
    [[nodiscard]] auto step(FileOperation operation, const std::string& path, Call call)
        -> decltype(call()) {
        if (const std::optional<FileFault> fault = count(operation, path)) {
            return failed(error_of(*fault, path));
        }
        return call();
    }

    template <class Call>
    [[nodiscard]] Result<std::unique_ptr<File>> opened(FileOperation operation,
                                                       const std::string& path, Call call);

    FileSystem& below_;
    mutable std::mutex mutex_;
    std::optional<FileFault> fault_;
    std::uint64_t failing_call_ = 0;
    std::uint64_t counted_ = 0;
    std::set<FileOperation> counting_;
    std::vector<FileCall> calls_;
};

class FaultyFileSystem::CountedFile final : public File {
 public:
    CountedFile(FaultyFileSystem& counter, std::unique_ptr<File> below)
        : counter_(counter), below_(std::move(below)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return counter_.step(FileOperation::read, path(), [&] { return below_->read(out); });
    }
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        return counter_.step(FileOperation::read, path(),
                             [&] { return below_->read_at(out, offset); });
    }
    [[nodiscard]] Result<void> write(std::string_view bytes) override {
        if (const std::optional<FileFault> fault = counter_.count(FileOperation::write, path())) {
            if (fault->torn == FileFault::Torn::yes) {
                static_cast<void>(below_->write(bytes.substr(0, bytes.size() / 2)));
            }
            return failed(error_of(*fault, path()));
        }
        return below_->write(bytes);
    }
    [[nodiscard]] Result<void> truncate(std::uint64_t size) override {
        return counter_.step(FileOperation::truncate, path(),
                             [&] { return below_->truncate(size); });
    }
    [[nodiscard]] Result<void> sync() override {
        return counter_.step(FileOperation::sync, path(), [&] { return below_->sync(); });
    }
    [[nodiscard]] Result<FileIdentity> identity() override {
        return counter_.step(FileOperation::identity, path(), [&] { return below_->identity(); });
    }
    [[nodiscard]] Result<bool> is_private() override { return below_->is_private(); }
    void drop_cache() override {
        counter_.note(FileOperation::drop_cache, path());
        below_->drop_cache();
    }
    [[nodiscard]] Result<void> close() override {
        Result<void> closed = below_->close();
        return counter_.step(FileOperation::close, path(), [&] { return closed; });
    }
    [[nodiscard]] const std::string& path() const override { return below_->path(); }

 private:
    FaultyFileSystem& counter_;
    std::unique_ptr<File> below_;
};

template <class Call>
Result<std::unique_ptr<File>> FaultyFileSystem::opened(FileOperation operation,
                                                       const std::string& path, Call call) {
    Result<std::unique_ptr<File>> file = step(operation, path, call);
    if (!file) {
        return file;
    }
    return std::make_unique<CountedFile>(*this, std::move(*file));
}

}  // namespace ffdump
