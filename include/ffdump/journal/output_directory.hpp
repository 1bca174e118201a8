// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <string>
#include <string_view>

namespace ffdump {

/// Of the list of failures, in the state folder.
constexpr std::string_view kFailuresName = "failures.jsonl";

/// The names inside an output directory (spec: only dump files beside `.ffdump/`).
class OutputDirectory {
 public:
    explicit OutputDirectory(std::string path) : path_(std::move(path)) {}
    [[nodiscard]] const std::string& path() const noexcept { return path_; }
    [[nodiscard]] std::string state_folder() const { return path_ + "/.ffdump"; }
    [[nodiscard]] std::string manifest() const { return state_folder() + "/manifest.json"; }
    /// Of minisign's form; there when somebody signed the manifest.
    [[nodiscard]] std::string signature() const { return manifest() + ".minisig"; }
    [[nodiscard]] std::string previous_manifest() const {
        return state_folder() + "/manifest.prev.json";
    }
    [[nodiscard]] std::string failures() const {
        return state_folder() + "/" + std::string(kFailuresName);
    }
    [[nodiscard]] std::string failures_part() const { return failures() + ".part"; }
    [[nodiscard]] std::string journal() const { return state_folder() + "/journal"; }
    /// The journal of the run before, while a retry begins.
    [[nodiscard]] std::string previous_journal() const { return journal() + ".prev"; }
    /// Images that are extracted again to see whether the model is still the same.
    [[nodiscard]] std::string canaries() const { return state_folder() + "/canaries"; }
    /// When how much was done, for people; nothing depends on it.
    [[nodiscard]] std::string time_line() const { return state_folder() + "/timeline"; }
    [[nodiscard]] std::string lock() const { return state_folder() + "/lock"; }
    [[nodiscard]] std::string file(std::string_view name) const {
        return path_ + "/" + std::string(name);
    }
    [[nodiscard]] std::string part(std::string_view name) const {
        return state_folder() + "/" + std::string(name) + ".part";
    }

 private:
    std::string path_;
};

}  // namespace ffdump
