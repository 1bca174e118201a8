// SPDX-License-Identifier: Apache-2.0
#include "images/image_bytes.hpp"
#include "store_over_network.hpp"
#include "support/child_process.hpp"
#include "support/nginx_server.hpp"
#include "support/program_path.hpp"
#include "support/s3_server.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>
#include <openssl/evp.h>

#include <array>

// Digest against a server that checks it; nginx has no such module in Debian.

namespace ffdump {
namespace {

std::string md5_of(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_md5(), nullptr);
    std::string hex;
    for (unsigned i = 0; i < size; ++i) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[digest.at(i) >> 4U];
        hex += kDigits[digest.at(i) & 15U];
    }
    return hex;
}

/// lighttpd with a folder that wants Digest, RFC 7616 with MD5.
class DigestServer {
 public:
    DigestServer() {
        folder_.write("uploads/2018/a b.png", face_png(1));
        folder_.write("users", "reader:faces:" + md5_of("reader:faces:" + password) + "\n");
        const std::string conf = folder_.write(
            "lighttpd.conf",
            "server.modules = (\"mod_auth\", \"mod_authn_file\")\nserver.document-root = \"" +
                folder_.text() +
                "\"\nserver.bind = \"127.0.0.1\"\nserver.port = " + std::to_string(port_) +
                "\nauth.backend = \"htdigest\"\nauth.backend.htdigest.userfile = \"" +
                folder_.at("users") +
                "\"\nauth.require = (\"/uploads/\" => (\"method\" => \"digest\", \"realm\" => "
                "\"faces\", \"require\" => \"valid-user\"))\n");
        child_ = std::make_unique<ChildProcess>(
            ChildCommand{program_path("lighttpd"), {"-D", "-f", conf}, {}, {}, {}});
        constexpr std::chrono::seconds kLongest{20};
        const auto deadline = std::chrono::steady_clock::now() + kLongest;
        while (!is_listening(port_)) {
            if (std::chrono::steady_clock::now() > deadline) {
                throw std::runtime_error(
                    "lighttpd did not start (.ci/install-deps --tests installs it): " +
                    child_->err());
            }
            std::this_thread::yield();
        }
    }

    [[nodiscard]] Settings settings() const {
        Settings made;
        made.storage.upload_url = "http://127.0.0.1:" + std::to_string(port_) + "/uploads/";
        made.storage.access.user = "reader";
        made.storage.access.password = Secret(password);
        return made;
    }

    std::string password = made_key(20);

 private:
    ScratchFolder folder_;
    int port_ = free_port();
    std::unique_ptr<ChildProcess> child_;
};

TEST_CASE("a storage that checks Digest gives its images to whom it knows and to no other") {
    const DigestServer server;
    for (const StorageAuth auth : {StorageAuth::digest, StorageAuth::any}) {
        Settings settings = server.settings();
        settings.storage.access.auth = auth;
        StoreOverNetwork under(settings);
        for (int i = 0; i < 3; ++i) {  // the nonce is used again on a connection that was kept
            CHECK((*under.fetch("2018/a b.png").value().bytes == face_png(1)));
        }
        CHECK(under.check("2018/a b.png").has_value());
        CHECK(under.fetch("gone.png").error().reason() == Reason::image_missing);
        settings.storage.access.password = Secret(made_key(20));
        CHECK(StoreOverNetwork(settings).refusal("2018/a b.png") == "service_refuses: status 401");
    }
    Settings settings = server.settings();
    settings.storage.access.auth = StorageAuth::basic;
    CHECK(StoreOverNetwork(settings).refusal("2018/a b.png") == "service_refuses: status 401");
}

}  // namespace
}  // namespace ffdump
