// SPDX-License-Identifier: Apache-2.0
// CPU time of migrate() without network against the least that could migrate a dump with the same
// libraries: a loop that reads, finds id and facen with simdjson, splices a new facen and writes.
// The loop is measured with and without a SHA-256 of what it writes, since a migration must have
// one. Alternating rounds of user and system time of the whole process; medians are printed.

#include "bare_lines.hpp"
#include "made_migration.hpp"
#include "reading_bench.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/core.h>
#include <simdjson.h>

#include <algorithm>
#include <cstdint>
#include <cstdlib>
#include <cstring>
#include <exception>
#include <fcntl.h>
#include <filesystem>
#include <stdexcept>
#include <string>
#include <string_view>
#include <sys/resource.h>
#include <unistd.h>
#include <utility>
#include <vector>

namespace {

using namespace ffdump;

constexpr std::size_t kRecords = 200000;
constexpr int kRounds = 5;

/// The bare loop's other end: 1 MiB at a time, digested on the way or not.
class BareOutput {
 public:
    BareOutput(const std::string& path, bool digest)
        : file_(path, O_WRONLY | O_CREAT | O_TRUNC), digest_(digest) {}

    std::string& text() noexcept { return text_; }
    void flush_over(std::size_t most) {
        if (text_.size() < most) {
            return;
        }
        if (digest_) {
            sha256_.add(text_);
        }
        file_.write(text_);
        text_.clear();
    }
    void finish() {
        flush_over(0);
        if (digest_ && sha256_.hex().empty()) {
            throw std::runtime_error("no digest");
        }
    }

 private:
    Descriptor file_;
    bool digest_;
    Sha256 sha256_;
    std::string text_;
};

/// The sum of ids keeps the compiler from leaving them out.
std::uint64_t bare_record(simdjson::ondemand::parser& parser, std::string_view line,
                          std::size_t capacity, const Facen& facen, std::string& out) {
    simdjson::ondemand::document document =
        parser.iterate(simdjson::padded_string_view(line.data(), line.size(), capacity));
    simdjson::ondemand::object record = document.get_object();
    const std::uint64_t id = record["id"].get_uint64().value();
    const std::string_view old = record["facen"].raw_json_token();
    const auto begin = static_cast<std::size_t>(old.data() - line.data()) + 1;
    const std::size_t end = line.find('"', begin);
    out.append(line.substr(0, begin));
    append_facen(out, facen, SlashStyle::plain);
    out.append(line.substr(end));
    out += '\n';
    return id;
}

std::uint64_t bare_loop(const std::string& from, const std::string& to, const Facen& facen,
                        bool digest) {
    const Descriptor source(from, O_RDONLY);
    BareOutput target(to, digest);
    std::uint64_t ids = 0;
    bare_lines([&](char* begin, std::size_t most) { return source.read(begin, most); },
               [&](simdjson::ondemand::parser& parser, std::string_view line, std::size_t padded) {
                   ids += bare_record(parser, line, padded, facen, target.text());
                   target.flush_over(kBufferBytes);
               });
    target.finish();
    return ids;
}

bool same_bytes(const std::string& one, const std::string& other) {
    const Descriptor a(one, O_RDONLY);
    const Descriptor b(other, O_RDONLY);
    std::string from_a(kBufferBytes, '\0');
    std::string from_b(kBufferBytes, '\0');
    for (;;) {
        const std::size_t count = a.read(from_a.data(), kBufferBytes);
        if (b.read(from_b.data(), kBufferBytes) != count ||
            std::memcmp(from_a.data(), from_b.data(), count) != 0) {
            return false;
        }
        if (count == 0) {
            return true;
        }
    }
}

double cpu_seconds() {
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_usec) / 1e6);
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

template <class Work>
double cpu_of(const Work& work) {
    const double begin = cpu_seconds();
    work();
    return cpu_seconds() - begin;
}

/// The three contestants and what each took in each round.
class Bench {
 public:
    explicit Bench(std::size_t records) : records_(records) {
        RecordGenerator generator(kNewDimension);
        facen_ = unit_facen(generator, kNewDimension);
        std::filesystem::create_directory(scratch_.at("dump"));
        write_dump(source_, records);
        bytes_ = std::filesystem::file_size(source_);
    }

    void bare_round(bool digest) {
        std::uint64_t ids = 0;
        (digest ? digested_ : bare_).push_back(cpu_of([&] {
            ids = bare_loop(source_, scratch_.at("bare.json"), facen_, digest);
        }));
        if (ids != records_ * (records_ - 1) / 2) {
            throw std::runtime_error("the bare loop missed records");
        }
    }
    /// Both sides wrote the same bytes, or the comparison would be worth nothing.
    void migrate_round() {
        std::uint64_t extracted = 0;
        migrated_.push_back(cpu_of(
            [&] { extracted = whole_migration(scratch_.at("dump"), scratch_.at("new"), facen_); }));
        if (extracted != records_ ||
            !same_bytes(scratch_.at("new/events.json"), scratch_.at("bare.json"))) {
            throw std::runtime_error("migrate did not write what the bare loop wrote");
        }
        std::filesystem::remove_all(scratch_.at("new"));
    }
    void print() const {
        const double bare = print("bare loop", bare_);
        const double digested = print("bare loop with SHA-256", digested_);
        const double migrated = print("migrate", migrated_);
        fmt::print("migrate / bare loop {:.2f}, migrate / bare loop with SHA-256 {:.2f}\n",
                   migrated / bare, migrated / digested);
    }

 private:
    [[nodiscard]] double print(std::string_view name, const std::vector<double>& seconds) const {
        const double middle = median(seconds);
        fmt::print("{:<24} {:6.0f} MB/s  {:6.2f} us of CPU a record\n", name,
                   static_cast<double>(bytes_) / 1e6 / middle,
                   1e6 * middle / static_cast<double>(records_));
        return middle;
    }

    ScratchFolder scratch_;
    std::string source_ = scratch_.at("dump/events.json");
    std::size_t records_;
    std::uint64_t bytes_ = 0;
    Facen facen_;
    std::vector<double> bare_;
    std::vector<double> digested_;
    std::vector<double> migrated_;
};

void run(std::size_t records, int rounds) {
    Bench bench(records);
    for (int i = 0; i < rounds; ++i) {
        bench.bare_round(false);
        bench.bare_round(true);
        bench.migrate_round();
    }
    bench.print();
}

}  // namespace

/// ffdump_migrate_bench [RECORDS] [ROUNDS]
int main(int argc, char** argv) {
    try {
        run(number_or(argc, argv, 1, kRecords),
            static_cast<int>(number_or(argc, argv, 2, kRounds)));
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
    return 0;
}
