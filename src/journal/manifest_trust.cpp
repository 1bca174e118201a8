// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/manifest_trust.hpp"

#include "minisign_key.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <sodium.h>
#include <utility>

namespace ffdump {
namespace {

bool is_signed_by(const PublicKey& key, const std::vector<unsigned char>& bytes,
                  const SignatureBytes& signature) {
    return crypto_sign_verify_detached(signature.data(), bytes.data(), bytes.size(),
                                       key.key.data()) == 0;
}

std::vector<unsigned char> signed_bytes(std::string_view text, bool is_prehashed) {
    if (!is_prehashed) {
        return {text.begin(), text.end()};
    }
    std::vector<unsigned char> hash(crypto_generichash_BYTES_MAX);
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(text.data()), text.size(), nullptr,
                       0);
    return hash;
}

/// Empty when the signature is the key's and of this text.
std::string_view signature_problem(const PublicKey& key, std::string_view text,
                                   const std::optional<std::string>& signature) {
    if (!signature) {
        return "the manifest is not signed";
    }
    const std::optional<MinisignSignature> parsed = MinisignSignature::parse(*signature);
    if (!parsed) {
        return "what stands beside the manifest is no signature of minisign's form";
    }
    if (parsed->number != key.number) {
        return "the manifest is signed with another key than the one that was given";
    }
    if (!is_signed_by(key, signed_bytes(text, parsed->is_prehashed), parsed->signature)) {
        return "the signature is not that of this manifest";
    }
    std::vector<unsigned char> bound(parsed->signature.begin(), parsed->signature.end());
    bound.insert(bound.end(), parsed->trusted_comment.begin(), parsed->trusted_comment.end());
    return is_signed_by(key, bound, parsed->global)
               ? std::string_view()
               : "the trusted comment of the signature was changed";
}

}  // namespace

std::optional<Error> distrust(const ManifestTrust& trust, std::string_view manifest_text,
                              const Manifest& manifest,
                              const std::optional<std::string>& signature) {
    if (trust.key) {
        const std::string_view problem = signature_problem(*trust.key, manifest_text, signature);
        if (!problem.empty()) {
            return Error(Reason::signature_invalid, std::string(problem));
        }
    }
    if (!trust.run_id.empty() && trust.run_id != manifest.run_id) {
        return Error(Reason::run_differs, fmt::format("the manifest is of run {}, not of {}",
                                                      manifest.run_id, printable(trust.run_id)));
    }
    if (manifest.sequence < trust.min_sequence) {
        return Error(
            Reason::run_differs,
            fmt::format("the manifest has sequence {}, at least {} was asked for: it is an "
                        "older one of the run",
                        manifest.sequence, trust.min_sequence));
    }
    return std::nullopt;
}

Result<std::optional<std::string>> read_signature(FileSystem& files,
                                                  const OutputDirectory& directory) {
    const Result<bool> is_there = files.exists(directory.signature(), FilePurpose::reading);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return std::nullopt;
    }
    return read_small_file(files, directory.signature(), kMostSignatureBytes)
        .map([](std::string text) { return std::optional<std::string>(std::move(text)); });
}

}  // namespace ffdump
