// SPDX-License-Identifier: Apache-2.0
#include "salvaged_records.hpp"

#include "first_record.hpp"

#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/journal/failures.hpp"

#include <array>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10U;
/// The head of a msgpack array with room for any number of records.
constexpr std::string_view kAnyHead("\xDD\0\0\0\0", 5);

class RecordSaver {
 public:
    RecordSaver(const Profile& profile, const ReadLimits& limits, const SalvageSink& sink)
        : profile_(profile),
          limits_(limits),
          sink_(sink),
          is_array_(profile.container == Container::json_array ||
                    profile.container == Container::json_object),
          is_open_(!is_array_ && !counts_ahead(profile.container)),
          splicer_(profile, {}) {}

    Result<SavedRecords> save(std::vector<SalvagedRun> runs) {
        for (SalvagedRun& run : runs) {
            is_last_run_ = &run == &runs.back();
            if (Result<void> saved = save_run(run); !saved) {
                return failed(std::move(saved.error()));
            }
        }
        return finish();
    }

 private:
    Result<void> save_run(SalvagedRun& run) {
        if (run.begins_file) {
            return read(*run.bytes, {});
        }
        Result<void> ready = begin_behind_gap();
        if (!ready) {
            return ready;
        }
        Result<std::unique_ptr<ByteSource>> bytes =
            from_first_record(*run.bytes, profile_, limits_);
        return bytes && *bytes ? read(**bytes, kBehindGap) : Result<void>();
    }

    /// What the first record behind it needs before it.
    Result<void> begin_behind_gap() {
        if (profile_.container == Container::json_lines && last_byte_ != '\n') {
            return write("\n");
        }
        if (splicer_.state().emitted != 0) {
            return {};
        }
        FileSplicer::State state;
        state.has_first_lead = true;
        state.first_lead = "\n";
        state.head = splicer_.state().head;
        if (counts_ahead(profile_.container) && state.head.empty()) {
            state.head = kAnyHead;
        }
        splicer_ = FileSplicer(profile_, state);
        return open_array();
    }

    Result<void> open_array() {
        if (std::exchange(is_open_, true)) {
            return {};
        }
        return write(is_array_ ? array_opening(profile_) : std::string(kAnyHead));
    }

    Result<void> read(ByteSource& bytes, ReadPosition start) {
        RecordReader reader(bytes, profile_, "archive", limits_, start);
        RecordBlock block;
        for (;;) {
            const Result<bool> more = reader.next(block);
            if (!more || !*more) {
                return {};  // where it cannot be read on it ends
            }
            if (Result<void> written = write(whole_of(block)); !written) {
                return written;
            }
        }
    }

    std::string whole_of(const RecordBlock& block) {
        std::string out;
        splicer_.header(out, block);
        is_open_ = is_open_ || (is_array_ ? out.find('[') != std::string::npos : !out.empty());
        for (std::size_t i = 0; i < block.size(); ++i) {
            if (block.is_bad(i)) {
                splicer_.left_out(block, i);
            } else {
                splicer_.kept(out, block, i);
            }
        }
        const bool has_end =
            is_last_run_ && block.last &&
            (!is_array_ || block.view(block.trailer).find(']') != std::string_view::npos);
        if (has_end) {
            splicer_.trailer(out, block);
            is_closed_ = true;
        }
        return out;
    }

    Result<SavedRecords> finish() {
        SavedRecords saved;
        saved.records = splicer_.state().emitted;
        if (is_array_ && !is_closed_) {
            Result<void> closed =
                open_array().and_then([this] { return write(array_closing(profile_)); });
            if (!closed) {
                return failed(std::move(closed.error()));
            }
        }
        return counted_head(profile_, splicer_.state()).map([&saved](std::string head) {
            saved.head = std::move(head);
            return saved;
        });
    }

    Result<void> write(std::string_view bytes) {
        if (bytes.empty()) {
            return {};
        }
        last_byte_ = bytes.back();
        return sink_(bytes);
    }

    const Profile& profile_;
    const ReadLimits& limits_;
    const SalvageSink& sink_;
    bool is_array_;
    bool is_open_;  ///< what stands before the first record is written, or the container has none
    FileSplicer splicer_;
    bool is_last_run_ = false;
    bool is_closed_ = false;
    char last_byte_ = '\n';
};

/// Half a line, which a gap may leave, is none.
bool is_failure(std::string_view line) {
    const std::unique_ptr<ByteSource> source = make_memory_source(line);
    return line.starts_with('{') &&
           FailureReader(*source, "failures", line.size() + 1).next().has_value();
}

class FailureSaver {
 public:
    FailureSaver(std::size_t most_bytes, const SalvageSink& sink)
        : most_bytes_(most_bytes), sink_(sink) {}

    [[nodiscard]] std::uint64_t saved() const noexcept { return saved_; }

    Result<void> read(ByteSource& bytes) {
        std::array<char, kChunkBytes> chunk{};
        for (;;) {
            const std::size_t got = bytes.read(chunk).value_or(0);
            if (got == 0) {
                line_ += '\n';  // perhaps all that the gap took of it
                return end_line();
            }
            for (const char byte : std::string_view(chunk.data(), got)) {
                line_.push_back(byte);
                if (byte != '\n' && line_.size() <= most_bytes_) {
                    continue;
                }
                if (Result<void> ended = end_line(); !ended) {
                    return ended;
                }
            }
        }
    }

 private:
    Result<void> end_line() {
        const std::string line = std::exchange(line_, {});
        if (!is_failure(line)) {
            return {};
        }
        ++saved_;
        return sink_(line);
    }

    std::size_t most_bytes_;
    const SalvageSink& sink_;
    std::string line_;
    std::uint64_t saved_ = 0;
};

}  // namespace

Result<SavedRecords> write_whole_records(std::vector<SalvagedRun> runs, const Profile& profile,
                                         const ReadLimits& limits, const SalvageSink& sink) {
    return RecordSaver(profile, limits, sink).save(std::move(runs));
}

Result<std::uint64_t> write_whole_failures(const std::vector<SalvagedRun>& runs,
                                           std::size_t most_bytes, const SalvageSink& sink) {
    FailureSaver saver(most_bytes, sink);
    for (const SalvagedRun& run : runs) {
        if (Result<void> read = saver.read(*run.bytes); !read) {
            return failed(std::move(read.error()));
        }
    }
    return saver.saved();
}

}  // namespace ffdump
