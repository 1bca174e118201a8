// SPDX-License-Identifier: Apache-2.0
// ffdump's command line, given again and again to one process: what a crash state costs is then the
// recovery and not the start of a program. Everything is ffdump's own but extraction-api, whose
// double answers in here, with the facens that it gives over HTTP. Reads one command a line from
// stdin, words separated by tabs; writes the exit code of each to what was stdout, a line each.
// lab/replay.py has the other end.
#include "face_cache.hpp"

#include "ffdump/commands/command_line.hpp"
#include "ffdump/extraction/extractor.hpp"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <fcntl.h>
#include <functional>
#include <iostream>
#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <unistd.h>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// As lab/made_dumps.py has them.
constexpr const char* kModel = "new_16";
constexpr std::size_t kDimension = 16;

/// What the double makes of each image. One thread; lives as long as the process.
ExtractedFacen facen_of(const std::string& image) {
    static FaceCache faces(kDimension);
    static std::map<std::string, ExtractedFacen, std::less<>> known;
    const auto found = known.find(image);
    if (found != known.end()) {
        return found->second;
    }
    std::vector<std::vector<float>> seen = faces.facens(image, kModel);
    ExtractedFacen facen = seen.size() == 1 ? ExtractedFacen(std::move(seen.front()))
                                            : failed(Reason::no_face, "not one face");
    return known.emplace(image, std::move(facen)).first->second;
}

class DoubleInside final : public Extractor {
 public:
    void extract(const ExtractionTarget& /*target*/, std::vector<SharedBytes> images,
                 BatchDone done) override {
        std::vector<ExtractedFacen> facens;
        facens.reserve(images.size());
        for (const SharedBytes& image : images) {
            facens.push_back(facen_of(*image));
        }
        done(std::move(facens));
    }
    [[nodiscard]] std::string describe() const override { return "the double inside"; }
};

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words{"ffdump"};
    while (!line.empty()) {
        const std::size_t end = std::min(line.find('\t'), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

int run(const std::vector<std::string>& words) {
    std::vector<const char*> arguments;
    arguments.reserve(words.size());
    for (const std::string& word : words) {
        arguments.push_back(word.c_str());
    }
    return run_command_line(static_cast<int>(arguments.size()), arguments.data());
}

}  // namespace

/// Linked before the library, so that the one over HTTP is left out.
std::unique_ptr<Extractor> make_http_extractor(const Settings& /*settings*/,
                                               HttpTransport& /*transport*/, const Clock& /*clock*/,
                                               std::uint64_t /*seed*/) {
    return std::make_unique<DoubleInside>();
}

}  // namespace ffdump

int main() {
    // Results of the commands are not asked for.
    const int answers = ::dup(STDOUT_FILENO);
    const int nothing = ::open("/dev/null", O_WRONLY | O_CLOEXEC);
    if (answers < 0 || nothing < 0 || ::dup2(nothing, STDOUT_FILENO) < 0) {
        return 1;
    }
    for (std::string line; std::getline(std::cin, line);) {
        const std::string code = std::to_string(ffdump::run(ffdump::words_of(line))) + "\n";
        if (::write(answers, code.data(), code.size()) < 0) {
            return 1;
        }
    }
    return 0;
}
