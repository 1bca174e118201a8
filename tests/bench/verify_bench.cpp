// SPDX-License-Identifier: Apache-2.0
// Wall time of verify() over a migrated pair of JSON lines against the least that could look at
// both: `cat` of both and one pass of simdjson over both. Alternating rounds from the page cache;
// medians are printed. Exit status 1 when the share of the medians is below the bound.

#include "bare_lines.hpp"
#include "made_migration.hpp"
#include "reading_bench.hpp"
#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/verify/verification.hpp"

#include <fmt/core.h>

#include <chrono>
#include <exception>
#include <filesystem>

namespace {

using namespace ffdump;

constexpr std::size_t kRecords = 200000;
constexpr int kRounds = 5;
constexpr double kWanted = 0.6;

template <class Work>
double seconds_of(const Work& work) {
    const auto begin = std::chrono::steady_clock::now();
    work();
    return std::chrono::duration<double>(std::chrono::steady_clock::now() - begin).count();
}

void cat(const std::string& one, const std::string& other) {
    ChildProcess child({"/bin/sh", {"-c", R"(cat "$0" "$1" > /dev/null)", one, other}, {}, {}, {}});
    if (const auto end = child.wait(); !end || end->code != 0) {
        throw std::runtime_error("cat failed");
    }
}

/// Sum of ids and bytes of facens, so that nothing can be left out.
std::uint64_t simdjson_pass(const std::string& path) {
    const Descriptor file(path, O_RDONLY);
    std::uint64_t sum = 0;
    bare_lines([&](char* begin, std::size_t most) { return file.read(begin, most); },
               [&](simdjson::ondemand::parser& parser, std::string_view line, std::size_t padded) {
                   simdjson::ondemand::document document = parser.iterate(
                       simdjson::padded_string_view(line.data(), line.size(), padded));
                   simdjson::ondemand::object record = document.get_object();
                   sum += record["id"].get_uint64().value();
                   sum += std::string_view(record["facen"].raw_json_token()).size();
               });
    return sum;
}

void must_be_restorable(const std::string& from, const std::string& to) {
    VerifyOptions options;
    options.from = from;
    options.to = to;
    options.profiles = shipped_profiles();
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    const Result<VerifyReport> report = verify(*files, options, {});
    if (!report || !report->restorable) {
        throw std::runtime_error(report ? report->verdict : report.error().one_line());
    }
}

double run(std::size_t records, int rounds) {
    const ScratchFolder scratch;
    const std::string source = scratch.at("dump/events.json");
    const std::string target = scratch.at("new/events.json");
    std::filesystem::create_directory(scratch.at("dump"));
    write_dump(source, records);
    RecordGenerator generator(kNewDimension);
    whole_migration(scratch.at("dump"), scratch.at("new"), unit_facen(generator, kNewDimension));
    std::vector<double> cats;
    std::vector<double> passes;
    std::vector<double> verified;
    std::uint64_t sum = 0;
    for (int i = 0; i < rounds; ++i) {
        cats.push_back(seconds_of([&] { cat(source, target); }));
        passes.push_back(seconds_of([&] { sum += simdjson_pass(source) + simdjson_pass(target); }));
        verified.push_back(
            seconds_of([&] { must_be_restorable(scratch.at("dump"), scratch.at("new")); }));
    }
    const double gigabytes = static_cast<double>(std::filesystem::file_size(source) +
                                                 std::filesystem::file_size(target)) /
                             1e9;
    const double share = (median(cats) + median(passes)) / median(verified);
    fmt::print(
        "{:.2f} GB (sum {}), medians of {}: cat {:.2f} GB/s, simdjson {:.2f} GB/s, verify {:.2f} "
        "GB/s = {:.0f} % of "
        "cat and simdjson after one another\n",
        gigabytes, sum, rounds, gigabytes / median(cats), gigabytes / median(passes),
        gigabytes / median(verified), share * 100);
    return share;
}

}  // namespace

/// ffdump_verify_bench [RECORDS] [ROUNDS]
int main(int argc, char** argv) {
    try {
        return run(number_or(argc, argv, 1, kRecords),
                   static_cast<int>(number_or(argc, argv, 2, kRounds))) < kWanted
                   ? 1
                   : 0;
    } catch (const std::exception& error) {
        fmt::print(stderr, "{}\n", error.what());
        return 1;
    }
}
