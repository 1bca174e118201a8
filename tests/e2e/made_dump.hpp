// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump_run.hpp"
#include "support/made_png.hpp"

#include <openssl/evp.h>

#include <array>
#include <cstddef>
#include <string>

namespace ffdump {

[[nodiscard]] inline std::string sha256_of(std::string_view bytes) {
    std::array<unsigned char, 32> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string hex;
    for (const unsigned char byte : digest) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        hex += kDigits[byte >> 4U];
        hex += kDigits[byte & 15U];
    }
    return hex;
}

/// A dump of one gallery, `faces`, with ids from 1, the images of its records, and a migration.ini
/// with short delays. Everything, outputs as well, lies in a folder of its own.
class MadeDump {
 public:
    /// `padding`: bytes of more meta in each record; a dump of some 256 KiB is read as one block.
    explicit MadeDump(std::size_t records, std::size_t padding = 0) : padding_(padding) {
        std::string text;
        for (std::size_t id = 1; id <= records; ++id) {
            std::string line = record(id);
            if (padding_ != 0) {
                line.insert(line.size() - 2, R"(,"pad":")" + std::string(padding_, 'x') + "\"");
            }
            text += line + "\n";
            scratch_.write("uploads/" + image_name(id), face_png(id));
        }
        scratch_.write("dump/faces.json", text);
        scratch_.write("migration.ini", kConfiguration);
    }

    [[nodiscard]] static std::string image_name(std::size_t id) {
        return "1_image" + std::to_string(id) + ".png";
    }
    [[nodiscard]] static std::string record(std::size_t id) {
        return "{\"id\":" + std::to_string(id) +
               R"(,"facen":"ItTsvoDCHT9Qh3U+wQ/QvsX+Ir5pzqs+JXlTPlTDYr0=","facen_model":"old_8",)"
               R"("meta":{"normalized_id":")" +
               image_name(id) + "\"}}";
    }
    [[nodiscard]] static std::string image_sha256(std::size_t id) {
        return sha256_of(face_png(id));
    }

    [[nodiscard]] const ScratchFolder& folder() const noexcept { return scratch_; }
    [[nodiscard]] std::string at(std::string_view name) const { return scratch_.at(name); }
    [[nodiscard]] std::string from() const { return scratch_.at("dump"); }
    void remove_image(std::size_t id) const {
        std::filesystem::remove(scratch_.at("uploads/" + image_name(id)));
    }

    /// The double's command line for this dump.
    [[nodiscard]] Arguments service(const Arguments& more = {}) const {
        Arguments arguments{"--images", at("uploads"), "--model", "new_16", "--dimension", "16"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    /// `ffdump migrate` into the folder `to` in here.
    [[nodiscard]] Arguments migrate(const Simulator& service, std::string_view to,
                                    const Arguments& more = {}) const {
        Arguments arguments{
            "migrate", "--config",     at("migration.ini"), "--from",      from(),
            "--to",    at(to),         "--extraction-api",  service.url(), "--log-level",
            "error",   "--upload-url", service.upload_url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return arguments;
    }
    /// `ffdump verify --sample` of the new dump that migrate() has made.
    [[nodiscard]] ChildEnd verify_sample(const Simulator& service, const Arguments& more) const {
        Arguments arguments{"--config",     at("migration.ini"), "--log-level",
                            "error",        "--extraction-api",  service.url(),
                            "--upload-url", service.upload_url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return verify(from(), at("new"), arguments);
    }
    /// For tests that count requests.
    [[nodiscard]] static Arguments without_canaries(Arguments more = {}) {
        more.insert(more.end(), {"--set", "ffdump.canaries.images=0"});
        return more;
    }
    /// The bytes of a run without any trouble.
    [[nodiscard]] std::map<std::string, std::string> undisturbed() const {
        const Simulator quiet(service());
        if (const ChildEnd end = run_ffdump(migrate(quiet, "undisturbed")); end.code != 0) {
            throw std::runtime_error("the undisturbed run failed: " + end.err);
        }
        return dump_files(at("undisturbed"));
    }

 private:
    static constexpr std::string_view kConfiguration = R"(extraction-api:
  timeouts: {connect: 5s, response_header: 30s, overall: 35s, idle_connection: 0s}
  extraction-api: http://127.0.0.1:1
workers_num: 2
extraction_batch_size: 4
normalized_storage:
  type: webdav
  enabled: True
  webdav:
    upload-url: http://127.0.0.1:1/uploads/
ffdump:
  model: new_16
  retry: {base_delay: 2ms, max_delay: 10ms, probe_max: 20ms}
)";

    ScratchFolder scratch_;
    std::size_t padding_;
};

}  // namespace ffdump
