// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child_process.hpp"
#include "http_put.hpp"
#include "nginx_server.hpp"
#include "program_path.hpp"
#include "s3_server.hpp"
#include "scratch_folder.hpp"

#include "ffdump/config/settings.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ffdump {

/// Ceph's gateway, which takes a quarter of a minute to start: one for all cases.
class RadosGateway {
 public:
    RadosGateway() {
        ChildCommand command;
        command.program = program_path("bash");
        command.arguments = {FFDUMP_SOURCE_DIR "/tests/support/radosgw.sh", folder_.text(),
                             std::to_string(free_port()), std::to_string(port_)};
        command.environment = {{"ACCESS_KEY", access_key}, {"SECRET_KEY", secret_key}};
        child_ = std::make_unique<ChildProcess>(command);
        if (!child_->wait_for_out("listening\n", std::chrono::minutes(2))) {
            throw std::runtime_error(
                "radosgw did not start (.ci/install-deps --tests installs it): " + child_->err());
        }
        put("", "");
    }

    [[nodiscard]] std::string endpoint() const { return "127.0.0.1:" + std::to_string(port_); }
    /// Below this name the gateway takes a bucket for a host; libcurl knows it as this machine.
    [[nodiscard]] std::string named_endpoint() const {
        return "s3.localhost:" + std::to_string(port_);
    }
    /// PUTs an object, or the bucket when `path` is empty.
    void put(const std::string& path, std::string_view bytes) const {
        http_put("http://" + endpoint() + "/faces" + (path.empty() ? "" : "/" + path), bytes,
                 {access_key, secret_key, "aws:amz:us-east-1:s3", {}});
    }
    [[nodiscard]] Settings settings() const {
        Settings made;
        made.storage.type = StorageType::s3;
        made.storage.s3.endpoint = endpoint();
        made.storage.s3.secure = false;
        made.storage.s3.bucket_name = "faces";
        made.storage.s3.access_key = Secret(access_key);
        made.storage.s3.secret_access_key = Secret(secret_key);
        return made;
    }

    std::string access_key = made_key(20);
    std::string secret_key = made_key(40);

 private:
    ScratchFolder folder_;
    int port_ = free_port();
    std::unique_ptr<ChildProcess> child_;
};

}  // namespace ffdump
