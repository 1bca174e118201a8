// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child_process.hpp"
#include "scratch_folder.hpp"

#include <nlohmann/json.hpp>

#include <algorithm>
#include <chrono>
#include <csignal>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// The test double of extraction-api as a process of its own, on a free port of 127.0.0.1. Can be
/// stopped, killed and started again on the same port; its log goes on over all of its lives.
/// Tests that use it link nlohmann_json::nlohmann_json and say
/// add_dependencies(<test> ffdump-extraction-sim). Throws std::runtime_error when it does not
/// start. Used by one thread, which must live as long as it shall run.
class Simulator {
 public:
    /// `arguments` as on its command line (--help lists them), without --port and --log.
    explicit Simulator(std::vector<std::string> arguments = {}) : arguments_(std::move(arguments)) {
        start();
    }

    [[nodiscard]] static std::string program() {
        return FFDUMP_BINARY_DIR "/tests/sim/ffdump-extraction-sim";
    }

    [[nodiscard]] std::uint16_t port() const noexcept { return port_; }
    /// "http://127.0.0.1:PORT", for `extraction-api`.
    [[nodiscard]] std::string url() const { return "http://127.0.0.1:" + std::to_string(port_); }
    /// "http://127.0.0.1:PORT/uploads/", for `upload-url`.
    [[nodiscard]] std::string upload_url() const { return url() + "/uploads/"; }
    [[nodiscard]] bool is_running() const noexcept { return child_ != nullptr; }

    /// Ends it in an orderly way; how it ended. Throws when it does not end.
    ChildEnd stop() { return end_with(SIGTERM); }
    /// SIGKILL: as a machine that goes down.
    ChildEnd kill() { return end_with(SIGKILL); }
    /// Starts it anew on the same port, with other arguments if given.
    void restart(std::optional<std::vector<std::string>> arguments = std::nullopt) {
        if (child_) {
            stop();
        }
        if (arguments) {
            arguments_ = std::move(*arguments);
        }
        start();
    }

    [[nodiscard]] std::string log_path() const { return scratch_.at("log.jsonl"); }
    /// The log's lines so far. A request's line is written before its answer, so whoever has the
    /// answer finds the line.
    [[nodiscard]] std::vector<nlohmann::json> log() const {
        std::vector<nlohmann::json> lines;
        std::istringstream text(file_bytes(scratch_.at("log.jsonl")));
        // A last line without its newline is still being written.
        for (std::string line; std::getline(text, line) && !text.eof();) {
            lines.push_back(nlohmann::json::parse(line));
        }
        return lines;
    }
    /// The log's lines of one kind: "extract", "image" or "refused".
    [[nodiscard]] std::vector<nlohmann::json> log(std::string_view kind) const {
        std::vector<nlohmann::json> lines = log();
        std::erase_if(lines, [&](const nlohmann::json& line) { return line.at("kind") != kind; });
        return lines;
    }
    [[nodiscard]] std::size_t count(std::string_view kind) const { return log(kind).size(); }
    /// Images in all extraction requests that were answered with 200, faults included.
    [[nodiscard]] std::size_t images_extracted() const {
        std::size_t images = 0;
        for (const nlohmann::json& line : log("extract")) {
            images += line.at("status") == 200 ? line.at("images").get<std::size_t>() : 0;
        }
        return images;
    }

 private:
    void start() {
        std::vector<std::string> arguments{"--port", std::to_string(port_), "--log",
                                           scratch_.at("log.jsonl")};
        arguments.insert(arguments.end(), arguments_.begin(), arguments_.end());
        child_ = std::make_unique<ChildProcess>(ChildCommand{program(), arguments, {}, {}, {}});
        constexpr std::string_view kSays = "listening 127.0.0.1:";
        if (!child_->wait_for_out("\n") || !child_->out().starts_with(kSays)) {
            const std::string why = child_->err();
            child_.reset();
            throw std::runtime_error("the simulator did not start: " + why);
        }
        port_ = static_cast<std::uint16_t>(std::stoul(child_->out().substr(kSays.size())));
    }

    ChildEnd end_with(int signal) {
        if (!child_) {
            throw std::runtime_error("the simulator does not run");
        }
        child_->send_signal(signal);
        auto end = child_->wait();
        child_.reset();
        if (!end) {
            throw std::runtime_error("the simulator did not end");
        }
        return std::move(*end);
    }

    ScratchFolder scratch_;
    std::vector<std::string> arguments_;
    std::uint16_t port_ = 0;
    std::unique_ptr<ChildProcess> child_;
};

}  // namespace ffdump
