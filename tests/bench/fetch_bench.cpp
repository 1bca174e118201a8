// SPDX-License-Identifier: Apache-2.0
// Fetches 100,000 small images from nginx on this machine as migrate does, and asks the same nginx
// for the same images with wrk, in turn. Prints both rates, their ratio and the CPU time of an
// image. Exit status 1 when the ratio of the medians is below the bound.

#include "reading_bench.hpp"
#include "support/child_process.hpp"
#include "support/made_png.hpp"
#include "support/nginx_server.hpp"
#include "support/program_path.hpp"

#include "ffdump/base/mailbox.hpp"
#include "ffdump/images/image_store.hpp"

#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <stdexcept>
#include <string>
#include <sys/resource.h>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kImages = 100000;
constexpr std::size_t kFolders = 100;
constexpr std::size_t kConnections = 48;          // what migrate opens by default
constexpr std::size_t kAhead = 2 * kConnections;  // so that a free connection never waits for us
constexpr int kRounds = 3;
constexpr double kBound = 0.8;

std::string name_of(std::size_t i) {
    return std::to_string(i % kFolders) + "/1_" + std::to_string(100000000 + i) + "bd321tlt8f.png";
}

double seconds_of_cpu() {
    rusage used{};
    getrusage(RUSAGE_SELF, &used);
    const auto seconds = [](const timeval& time) {
        return static_cast<double>(time.tv_sec) + (static_cast<double>(time.tv_usec) / 1e6);
    };
    return seconds(used.ru_utime) + seconds(used.ru_stime);
}

struct FetchFigures {
    double per_second = 0;
    double cpu_microseconds = 0;
};

FetchFigures fetch_all(const std::string& upload_url) {
    Settings settings;
    settings.storage.upload_url = upload_url;
    const auto files = make_posix_file_system();
    HttpLimits limits;
    limits.connections_per_host = kConnections;
    auto transport = make_curl_transport(limits);
    const auto store = make_image_store(settings, *transport, *files).value();
    Mailbox<bool> mailbox;
    std::vector<bool> answers;
    std::size_t asked = 0;
    std::size_t answered = 0;
    const double cpu = seconds_of_cpu();
    const auto began = std::chrono::steady_clock::now();
    while (answered < kImages) {
        for (; asked < kImages && asked - answered < kAhead; ++asked) {
            store->fetch(name_of(asked), [&mailbox](const Result<Image>& image) {
                mailbox.post(image.has_value());
            });
        }
        mailbox.take_all(answers, std::chrono::seconds(10));
        answered += answers.size();
        if (std::ranges::find(answers, false) != answers.end()) {
            throw std::runtime_error("an image did not come");
        }
    }
    const std::chrono::duration<double> took = std::chrono::steady_clock::now() - began;
    const double used = seconds_of_cpu() - cpu;
    transport.reset();
    return {kImages / took.count(), used / kImages * 1e6};
}

/// Requests a second of wrk with one thread, over the same names.
double wrk(const NginxServer& server, const std::string& script) {
    ChildProcess child(
        {program_path("wrk"),
         {"-t1", "-c" + std::to_string(kConnections), "-d4s", "-s", script, server.origin()},
         {},
         {},
         {}});
    const auto end = child.wait();
    constexpr std::string_view kSays = "Requests/sec:";
    const std::size_t at = end ? end->out.find(kSays) : std::string::npos;
    if (at == std::string::npos || end->out.find("Non-2xx") != std::string::npos) {
        throw std::runtime_error("wrk failed: " + child.out() + child.err());
    }
    return std::strtod(end->out.c_str() + at + kSays.size(), nullptr);
}

std::string wrk_script() {
    return "local i = 0\n"
           "request = function()\n"
           "  i = (i + 1) % " +
           std::to_string(kImages) +
           "\n"
           "  return wrk.format('GET', string.format('/uploads/%d/1_%dbd321tlt8f.png', i % " +
           std::to_string(kFolders) +
           ", 100000000 + i))\n"
           "end\n";
}

int run() {
    const NginxServer server;
    const ScratchFolder scratch;
    const std::string script = scratch.write("names.lua", wrk_script());
    for (std::size_t i = 0; i < kFolders; ++i) {
        std::filesystem::create_directories(server.uploads() + "/" + std::to_string(i));
    }
    const std::string image = png_of(face_pixels(1, 64, 64));
    for (std::size_t i = 0; i < kImages; ++i) {
        std::ofstream(server.uploads() + "/" + name_of(i), std::ios::binary) << image;
    }
    std::printf("%zu images of %zu bytes, %zu connections\n", kImages, image.size(), kConnections);
    std::vector<double> ours;
    std::vector<double> theirs;
    std::vector<double> cpu;
    for (int round = 0; round < kRounds; ++round) {
        theirs.push_back(wrk(server, script));
        const FetchFigures figures = fetch_all(server.upload_url());
        ours.push_back(figures.per_second);
        cpu.push_back(figures.cpu_microseconds);
        std::printf("wrk %.0f/s, ffdump %.0f/s, %.1f us of CPU an image\n", theirs.back(),
                    ours.back(), cpu.back());
    }
    const double ratio = median(ours) / median(theirs);
    std::printf("medians: wrk %.0f/s, ffdump %.0f/s = %.0f %%, %.1f us of CPU an image\n",
                median(theirs), median(ours), ratio * 100, median(cpu));
    return ratio >= kBound ? EXIT_SUCCESS : EXIT_FAILURE;
}

}  // namespace
}  // namespace ffdump

int main() {
    try {
        return ffdump::run();
    } catch (const std::exception& e) {
        std::fprintf(stderr, "%s\n", e.what());
        return EXIT_FAILURE;
    }
}
