// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/base/secret.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <array>
#include <cstdint>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// A public key of minisign. Value type.
struct PublicKey {
    std::array<unsigned char, 8> number{};
    std::array<unsigned char, 32> key{};

    /// The text of a `minisign.pub`, or its second line alone, as `minisign -P` takes it. Fails
    /// with `config_invalid`.
    [[nodiscard]] static Result<PublicKey> parse(std::string_view text);
};

/// A secret key of minisign. Not copied; its memory is wiped when it goes. Thread-safe.
class SigningKey {
 public:
    /// The text of a `minisign.key`. `password` is asked for when the key is locked by one; it may
    /// fail. Unlocking takes a second or more and up to 1 GiB, as minisign has it. Fails with
    /// `config_invalid` (no key, wrong password).
    [[nodiscard]] static Result<SigningKey> parse(std::string_view text,
                                                  const std::function<Result<Secret>()>& password);
    SigningKey(const SigningKey&) = delete;
    SigningKey& operator=(const SigningKey&) = delete;
    SigningKey(SigningKey&&) noexcept;
    SigningKey& operator=(SigningKey&&) noexcept;
    ~SigningKey();

    /// The text of a signature file for the manifest: Ed25519 over its BLAKE2b-512. The same
    /// manifest gives the same text; the trusted comment names run, sequence and end of the run.
    [[nodiscard]] std::string sign(std::string_view manifest_text, const Manifest& manifest) const;

 private:
    struct State;
    explicit SigningKey(std::unique_ptr<State> state);
    std::unique_ptr<State> state_;
};

/// What the operator demands of a manifest beyond its own checksum, which anybody can write.
struct ManifestTrust {
    std::optional<PublicKey> key;
    std::string run_id;              ///< empty: any
    std::uint64_t min_sequence = 0;  ///< against an older manifest of the run

    [[nodiscard]] bool demands_anything() const noexcept {
        return key || !run_id.empty() || min_sequence != 0;
    }
};

/// What keeps the manifest from being trusted: `signature_invalid` (none, of another key, not of
/// this text) or `run_differs`; nothing when all demands are met. `signature` is the text of the
/// file beside the manifest.
[[nodiscard]] std::optional<Error> distrust(const ManifestTrust& trust,
                                            std::string_view manifest_text,
                                            const Manifest& manifest,
                                            const std::optional<std::string>& signature);

/// The text of the signature beside a manifest, made by ffdump or by minisign itself; nothing when
/// there is none. Fails when it cannot be read or is over 4 KiB.
[[nodiscard]] Result<std::optional<std::string>> read_signature(FileSystem& files,
                                                                const OutputDirectory& directory);
inline constexpr std::size_t kMostSignatureBytes = 4096;

}  // namespace ffdump
