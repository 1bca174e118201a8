// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child_process.hpp"
#include "http_put.hpp"
#include "program_path.hpp"
#include "scratch_folder.hpp"

#include <memory>
#include <random>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ffdump {

/// A word that no other run has: keys are made when a test runs and stand nowhere in the tree.
[[nodiscard]] inline std::string made_key(std::size_t length) {
    constexpr std::string_view kLetters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";
    std::random_device random;
    std::string key;
    while (key.size() < length) {
        key += kLetters[random() % kLetters.size()];
    }
    return key;
}

/// @20minutes/s3rver as a process of its own with one bucket, `faces`. Anonymous reads are allowed
/// by it. Throws std::runtime_error when it does not start.
class S3Server {
 public:
    /// `clock` as faketime reads it: "+1h"; empty = the real time.
    explicit S3Server(const std::string& clock = {}) {
        ChildCommand command;
        command.program = program_path("node");
        // Its continuation tokens are encrypted with DES.
        command.arguments = {"--openssl-legacy-provider",
                             FFDUMP_SOURCE_DIR "/tests/support/s3rver.js",
                             FFDUMP_SOURCE_DIR "/build/npm/node_modules", data_.text(), bucket()};
        if (!clock.empty()) {
            command.arguments.insert(command.arguments.begin(), {"-f", clock, command.program});
            command.program = program_path("faketime");
        }
        command.environment = {{"ACCESS_KEY", access_key_}, {"SECRET_KEY", secret_key_}};
        child_ = std::make_unique<ChildProcess>(command);
        constexpr std::string_view kSays = "listening ";
        if (!child_->wait_for_out("\n") || !child_->out().starts_with(kSays)) {
            throw std::runtime_error(
                "s3rver did not start (.ci/install-deps --tests installs it): " + child_->err());
        }
        port_ = std::stoi(child_->out().substr(kSays.size()));
    }

    [[nodiscard]] static std::string bucket() { return "faces"; }
    [[nodiscard]] int port() const noexcept { return port_; }
    [[nodiscard]] std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
    [[nodiscard]] std::string url() const { return "http://" + endpoint() + "/" + bucket() + "/"; }
    [[nodiscard]] const std::string& access_key() const noexcept { return access_key_; }
    [[nodiscard]] const std::string& secret_key() const noexcept { return secret_key_; }

    /// `path` percent-encoded.
    void put(const std::string& path, std::string_view bytes) const {
        http_put(url() + path, bytes, {access_key_, secret_key_, "aws:amz:us-east-1:s3", {}});
    }

 private:
    ScratchFolder data_;
    std::string access_key_ = made_key(20);
    std::string secret_key_ = made_key(40);
    std::unique_ptr<ChildProcess> child_;
    int port_ = 0;
};

}  // namespace ffdump
