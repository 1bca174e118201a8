// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

namespace fs = std::filesystem;

std::vector<fs::path> files_in(const fs::path& folder) {
    std::vector<fs::path> files;
    if (fs::is_directory(folder)) {
        for (const auto& entry : fs::directory_iterator(folder)) {
            files.push_back(entry.path());
        }
    }
    std::ranges::sort(files);
    return files;
}

std::string bytes_of(const fs::path& path) {
    std::ifstream in(path, std::ios::binary);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

/// Feeds the harness with what is stored for it. The name that is printed last is the one at fault.
int replay(const FuzzHarness& harness, const fs::path& corpus) {
    const std::vector<fs::path> seeds = files_in(corpus / "seeds" / harness.name);
    if (seeds.empty()) {
        fmt::print(stderr, "no seeds are stored for this harness\n");
        return 1;
    }
    std::vector<fs::path> inputs = files_in(corpus / "finds" / harness.name);
    inputs.insert(inputs.end(), seeds.begin(), seeds.end());
    for (const fs::path& input : inputs) {
        fmt::print(stderr, "{}\n", input.string());
        harness.run(bytes_of(input));
    }
    fmt::print(stderr, "{} inputs do no harm\n", inputs.size());
    return 0;
}

int run(std::string_view name, const fs::path& corpus) {
    const auto* const harness = std::ranges::find(kFuzzHarnesses, name, &FuzzHarness::name);
    if (harness == kFuzzHarnesses.end()) {
        fmt::print(stderr, "no such harness\n");
        return 2;
    }
    return replay(*harness, corpus);
}

}  // namespace
}  // namespace ffdump

int main(int argc, char** argv) {
    if (argc != 3) {
        fmt::print(stderr, "usage: replay_corpus HARNESS CORPUS\n");
        return 2;
    }
    try {
        return ffdump::run(argv[1], argv[2]);
    } catch (const std::exception& thrown) {
        fmt::print(stderr, "thrown: {}\n", thrown.what());
        return 1;
    }
}
