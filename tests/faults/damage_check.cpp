// SPDX-License-Identifier: Apache-2.0
// ffdump's verify, asked again and again in one process: what a damage costs is then the look at
// one file and not the start of a program. Reads one question a line from stdin, words separated by
// tabs, and answers each with a line:
//
//   verify FROM TO     the report as --json has it, or {"error": ...} when there is none
//   split TO FOLDER    for each file of TO a folder in FOLDER of the same name, with a manifest of
//                      that file alone; what the manifest says of it stays as it is
//
// lab/large_output.py has the other end.
#include "ffdump/dump/profile.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/verify/verification.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <iostream>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

std::vector<std::string> words_of(std::string_view line) {
    std::vector<std::string> words;
    while (!line.empty()) {
        const std::size_t end = std::min(line.find('\t'), line.size());
        words.emplace_back(line.substr(0, end));
        line.remove_prefix(std::min(end + 1, line.size()));
    }
    return words;
}

std::string answer_of(const Error& error) {
    return nlohmann::json{{"error", reason_name(error.reason())},
                          {"file", error.place().file},
                          {"text", error.detail()}}
        .dump(-1, ' ', true, nlohmann::json::error_handler_t::replace);
}

std::string verified(FileSystem& files, const std::string& from, const std::string& to) {
    VerifyOptions options;
    options.from = from;
    options.to = to;
    options.profiles = shipped_profiles();
    const Result<VerifyReport> report = verify(files, options, {});
    if (!report) {
        return answer_of(report.error());
    }
    std::string text = render_json(*report);
    // Inside of strings JSON has none.
    std::ranges::replace(text, '\n', ' ');
    return text;
}

Result<void> put_alone(FileSystem& files, const Manifest& whole, const ManifestFile& file,
                       const std::string& failures, const OutputDirectory& to) {
    Manifest manifest = whole;
    manifest.files = {file};
    return files.make_directories(to.state_folder())
        .and_then([&] { return replace_file(files, to.failures(), failures); })
        .and_then([&] { return replace_file(files, to.manifest(), manifest_text(manifest)); });
}

Result<void> split(FileSystem& files, const OutputDirectory& whole, const std::string& folder) {
    const Result<std::string> text = read_small_file(files, whole.manifest(), kMostManifestBytes);
    const Result<std::string> failures =
        read_small_file(files, whole.failures(), kMostManifestBytes);
    if (!text || !failures) {
        return failed(text ? failures.error() : text.error());
    }
    return parse_manifest(*text).and_then([&](const Manifest& manifest) -> Result<void> {
        for (const ManifestFile& file : manifest.files) {
            const OutputDirectory alone(join_path(folder, target_name_of(manifest, file.name)));
            if (Result<void> put = put_alone(files, manifest, file, *failures, alone); !put) {
                return put;
            }
        }
        return {};
    });
}

std::string answer(FileSystem& files, const std::vector<std::string>& words) {
    constexpr std::size_t kWords = 3;
    if (words.size() != kWords) {
        return R"({"error": "not understood"})";
    }
    if (words.at(0) == "verify") {
        return verified(files, words.at(1), words.at(2));
    }
    const Result<void> done = split(files, OutputDirectory(words.at(1)), words.at(2));
    return done ? "{}" : answer_of(done.error());
}

}  // namespace
}  // namespace ffdump

int main() {
    const std::unique_ptr<ffdump::FileSystem> files = ffdump::make_posix_file_system();
    for (std::string line; std::getline(std::cin, line);) {
        std::cout << ffdump::answer(*files, ffdump::words_of(line)) << '\n' << std::flush;
    }
    return 0;
}
