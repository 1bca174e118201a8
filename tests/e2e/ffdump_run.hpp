// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/child_process.hpp"
#include "support/file_changes.hpp"
#include "support/scratch_folder.hpp"
#include "support/simulator.hpp"

#include <nlohmann/json.hpp>

#include <chrono>
#include <cstddef>
#include <cstdlib>
#include <filesystem>
#include <map>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

using Arguments = std::vector<std::string>;

/// The program that was built, or the one that tests/faults wants to be looked at in its place.
[[nodiscard]] inline std::string ffdump_program() {
    const char* const other = std::getenv("FFDUMP_TESTED_PROGRAM");
    return other == nullptr ? FFDUMP_BINARY_DIR "/ffdump" : other;
}

[[nodiscard]] inline ChildCommand ffdump_command(Arguments arguments) {
    return {ffdump_program(), std::move(arguments), {}, {}, {}};
}

/// Runs it to its end. Throws when it does not end.
[[nodiscard]] inline ChildEnd run_to_end(const ChildCommand& command) {
    ChildProcess child(command);
    auto end = child.wait();
    if (!end) {
        throw std::runtime_error("ffdump does not end: " + child.err());
    }
    return std::move(*end);
}

[[nodiscard]] inline ChildEnd run_ffdump(Arguments arguments) {
    return run_to_end(ffdump_command(std::move(arguments)));
}

[[nodiscard]] inline ChildEnd verify(const std::string& from, const std::string& to,
                                     const Arguments& more = {}) {
    Arguments arguments{"verify", "--from", from, "--to", to};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_ffdump(std::move(arguments));
}

[[nodiscard]] inline std::vector<std::string> lines_of(const std::string& text) {
    std::vector<std::string> lines;
    std::istringstream in(text);
    for (std::string line; std::getline(in, line);) {
        lines.push_back(line);
    }
    return lines;
}

[[nodiscard]] inline std::string last_line(const std::string& text) {
    const std::vector<std::string> lines = lines_of(text);
    return lines.empty() ? std::string() : lines.back();
}

[[nodiscard]] inline bool has(std::string_view text, std::string_view part) {
    return text.find(part) != std::string_view::npos;
}

/// The dump's own files, without what is in .ffdump: name -> bytes.
[[nodiscard]] inline std::map<std::string, std::string> dump_files(const std::string& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files[entry.path().filename().string()] = file_bytes(entry.path());
        }
    }
    return files;
}

[[nodiscard]] inline std::vector<nlohmann::json> failures_of(const std::string& to) {
    std::vector<nlohmann::json> failures;
    for (const std::string& line : lines_of(file_bytes(to + "/.ffdump/failures.jsonl"))) {
        failures.push_back(nlohmann::json::parse(line));
    }
    return failures;
}

[[nodiscard]] inline std::vector<std::string> failure_reasons(const std::string& to) {
    std::vector<std::string> reasons;
    for (const nlohmann::json& failure : failures_of(to)) {
        reasons.push_back(failure.at("reason"));
    }
    return reasons;
}

/// Waits until the double has seen this many extraction requests; false when that does not come.
[[nodiscard]] inline bool wait_for_requests(const Simulator& service, std::size_t count) {
    const FileChanges changes(service.log_path());
    while (service.count("extract") < count) {
        if (!changes.wait(std::chrono::seconds(30))) {
            return false;
        }
    }
    return true;
}

/// Starts `arguments` of ffdump, and sends `signal` once the double has seen `moment` extraction
/// requests; how it ended, or nothing when one of these did not come about.
[[nodiscard]] inline std::optional<ChildEnd> stopped_run(const Simulator& service,
                                                         const Arguments& arguments,
                                                         std::size_t moment, int signal) {
    ChildProcess child(ffdump_command(arguments));
    if (!wait_for_requests(service, moment) || !child.send_signal(signal)) {
        return std::nullopt;
    }
    auto end = child.wait();
    return end ? std::optional(std::move(*end)) : std::nullopt;
}

}  // namespace ffdump
