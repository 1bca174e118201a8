// SPDX-License-Identifier: Apache-2.0
#include "block_feeder.hpp"

#include "ffdump/io/compression.hpp"
#include "ffdump/record/running_hash.hpp"

#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostSpares = 8;

Result<void> check_unchanged(File& file, const FilePlan& plan) {
    Result<FileIdentity> identity = file.identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    if (!(*identity == plan.survey.identity)) {
        return failed(Error(Reason::source_changed, "the file changed during the run")
                          .at_file(plan.file.path));
    }
    return {};
}

}  // namespace

BlockFeeder::BlockFeeder(FileSystem& files, const MigrationPlan& plan, ReadLimits limits,
                         std::size_t window_bytes, PipelineMailbox& mailbox)
    : files_(files), plan_(plan), limits_(limits), window_bytes_(window_bytes), mailbox_(mailbox) {}

BlockFeeder::~BlockFeeder() {
    stop();
    if (thread_.joinable()) {
        thread_.join();
    }
}

void BlockFeeder::start(std::vector<FeedFile> feed) {
    thread_ = std::thread([this, files = std::move(feed)] { run(files); });
}

void BlockFeeder::stop() {
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    room_.notify_all();
}

void BlockFeeder::give_back(std::unique_ptr<BlockWork> work) {
    {
        const std::lock_guard lock(mutex_);
        out_bytes_ -= work->block.capacity;
        if (spare_.size() < kMostSpares && work->block.capacity <= 4 * limits_.block_bytes) {
            spare_.push_back(std::move(work));
        }
    }
    room_.notify_all();
}

bool BlockFeeder::is_full() const {
    const std::lock_guard lock(mutex_);
    return out_bytes_ >= window_bytes_;
}

std::unique_ptr<BlockWork> BlockFeeder::wait_for_room() {
    std::unique_lock lock(mutex_);
    room_.wait(lock, [this] { return stopping_ || out_bytes_ < window_bytes_; });
    if (stopping_) {
        return nullptr;
    }
    if (spare_.empty()) {
        return std::make_unique<BlockWork>();
    }
    std::unique_ptr<BlockWork> work = std::move(spare_.back());
    spare_.pop_back();
    return work;
}

void BlockFeeder::run(const std::vector<FeedFile>& feed) {
    Result<void> result;
    for (const FeedFile& file : feed) {
        result = read_file(file);
        if (!result) {
            break;
        }
    }
    mailbox_.post(ReadingEnded{std::move(result), untrue_file_});
}

Result<void> BlockFeeder::read_file(const FeedFile& feed) {
    const FilePlan& plan = plan_.files[feed.file];
    Result<std::unique_ptr<File>> file = files_.open_read(plan.file.path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Result<std::unique_ptr<ByteSource>> opened = make_unpacked_file_source(**file);
    if (!opened) {
        return failed(std::move(opened.error()));
    }
    const std::unique_ptr<ByteSource>& source = *opened;
    if (Result<void> skipped = source->skip(feed.start.offset); !skipped) {
        return skipped;
    }
    RecordReader reader(*source, plan.file.profile, plan.file.path, limits_, feed.start);
    RunningHash hash;
    for (;;) {
        std::unique_ptr<BlockWork> work = wait_for_room();
        if (!work) {
            return failed(Reason::interrupted, "reading was stopped");
        }
        Result<bool> more = reader.next(work->block);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (!*more) {
            break;
        }
        // Of each block, before it is handed on: nothing of a file that changed may be committed.
        if (Result<void> same = check_unchanged(**file, plan); !same) {
            return same;
        }
        work->file = feed.file;
        hash.add({work->block.bytes.get(), work->block.used});
        if (work->block.last) {
            const bool whole = feed.start.offset == 0;
            if (whole && hash.value().hex() != plan.survey.fingerprint) {
                untrue_file_ = feed.file;
                return failed(Error(Reason::source_changed,
                                    "its bytes are not those that were read when the run began, "
                                    "though it has not been changed since: its disk may be at "
                                    "fault; what was made of it is redone")
                                  .at_file(plan.file.path));
            }
        }
        {
            const std::lock_guard lock(mutex_);
            out_bytes_ += work->block.capacity;
        }
        mailbox_.post(BlockRead{std::move(work)});
    }
    return {};
}

}  // namespace ffdump
