// SPDX-License-Identifier: Apache-2.0
#include "option_groups.hpp"

#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostKeyBytes = 4096;

}  // namespace

void TrustOptions::declare(CLI::App& app) {
    app.add_option("--pubkey", public_key,
                   "The manifest must be signed with this key: a minisign.pub, or the key itself")
        ->type_name("KEY");
    app.add_option("--run", trust.run_id, "The manifest must be of the run with this id")
        ->type_name("ID");
    app.add_option("--min-sequence", trust.min_sequence,
                   "The manifest must have this sequence or a later one")
        ->type_name("N");
}

Result<ManifestTrust> TrustOptions::demands(FileSystem& files) const {
    ManifestTrust demanded = trust;
    if (public_key.empty()) {
        return demanded;
    }
    return files.exists(public_key, FilePurpose::reading)
        .and_then([&](bool is_file) {
            return is_file ? read_small_file(files, public_key, kMostKeyBytes)
                           : Result<std::string>(public_key);
        })
        .and_then([](const std::string& key) { return PublicKey::parse(key); })
        .map([&demanded](const PublicKey& key) {
            demanded.key = key;
            return demanded;
        })
        .map_error([this](const Error& error) {
            return Error(Reason::config_invalid, error.detail())
                .at_file(public_key)
                .hint("give the .pub file that `minisign -G` wrote, or its second line");
        });
}

}  // namespace ffdump
