// SPDX-License-Identifier: Apache-2.0
#include "salvaged_records.hpp"

#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/journal/failures.hpp"

#include <array>
#include <memory>
#include <string>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10U;

bool is_array_of(const Profile& profile) {
    return profile.container == Container::json_array ||
           profile.container == Container::json_object;
}

std::uint64_t splice_whole(const RecordBlock& block, FileSplicer& splicer, std::string& out) {
    std::uint64_t saved = 0;
    splicer.header(out, block);
    for (std::size_t i = 0; i < block.size(); ++i) {
        if (block.is_bad(i)) {
            splicer.left_out(block, i);
        } else {
            splicer.kept(out, block, i);
            ++saved;
        }
    }
    splicer.trailer(out, block);
    return saved;
}

/// Half a line, which a gap may leave, is none.
bool is_failure(std::string_view line) {
    const std::unique_ptr<ByteSource> source = make_memory_source(line);
    return FailureReader(*source, "failures", line.size() + 1).next().has_value() &&
           line.starts_with('{');
}

}  // namespace

Result<std::uint64_t> write_whole_records(ByteSource& bytes, const Profile& profile,
                                          const ReadLimits& limits, const SalvageSink& sink) {
    RecordReader reader(bytes, profile, "archive", limits);
    FileSplicer splicer(profile, {});
    RecordBlock block;
    std::uint64_t saved = 0;
    for (;;) {
        const Result<bool> more = reader.next(block);
        if (!more) {
            // A loss that cannot be read over: what stands before it has been written.
            const std::string end = is_array_of(profile) ? array_closing(profile) : "";
            return sink(end).map([saved] { return saved; });
        }
        if (!*more) {
            return saved;
        }
        std::string out;
        saved += splice_whole(block, splicer, out);
        if (Result<void> written = sink(out); !written) {
            return failed(std::move(written.error()));
        }
    }
}

Result<std::uint64_t> write_whole_failures(ByteSource& bytes, std::size_t most_bytes,
                                           const SalvageSink& sink) {
    std::array<char, kChunkBytes> chunk{};
    std::string line;
    std::uint64_t saved = 0;
    for (;;) {
        Result<std::size_t> got = bytes.read(chunk);
        if (!got) {
            return failed(std::move(got.error()));
        }
        if (*got == 0) {
            return saved;
        }
        for (const char byte : std::string_view(chunk.data(), *got)) {
            line.push_back(byte);
            if (byte != '\n' && line.size() <= most_bytes) {
                continue;
            }
            if (is_failure(line)) {
                ++saved;
                if (Result<void> written = sink(line); !written) {
                    return failed(std::move(written.error()));
                }
            }
            line.clear();
        }
    }
}

}  // namespace ffdump
