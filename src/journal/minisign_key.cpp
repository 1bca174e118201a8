// SPDX-License-Identifier: Apache-2.0
#include "minisign_key.hpp"

#include "ffdump/journal/manifest_trust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <sodium.h>
#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kPlain = "Ed";
constexpr std::string_view kPrehashed = "ED";
constexpr std::string_view kTrusted = "trusted comment: ";
constexpr std::size_t kPublicBytes = 42;
constexpr std::size_t kSignatureBytes = 74;

// A secret key: algorithm, key derivation, checksum, salt, two costs; the rest may be locked.
constexpr std::size_t kSecretBytes = 158;
constexpr std::size_t kDerivationAt = 2;
constexpr std::size_t kChecksumAt = 4;
constexpr std::size_t kSaltAt = 6;
constexpr std::size_t kOperationsAt = 38;
constexpr std::size_t kMemoryAt = 46;
constexpr std::size_t kLockedAt = 54;
constexpr std::size_t kLockedBytes = 104;
// Within what is locked.
constexpr std::size_t kKeyAt = 8;
constexpr std::size_t kSumAt = 72;
constexpr std::size_t kSumBytes = 32;

/// minisign's own costs; a file that asks for more would take the machine.
constexpr std::uint64_t kMostOperations = 33554432;
constexpr std::uint64_t kMostMemory = std::uint64_t{1} << 30U;

using Bytes = std::vector<unsigned char>;

bool has_at(const Bytes& bytes, std::size_t at, std::string_view word) {
    return std::equal(word.begin(), word.end(), bytes.begin() + static_cast<std::ptrdiff_t>(at));
}

std::uint64_t number_at(const Bytes& bytes, std::size_t at) {
    std::uint64_t number = 0;
    for (std::size_t i = 8; i > 0; --i) {
        number = (number << 8U) | bytes[at + i - 1];
    }
    return number;
}

template <std::size_t Size>
std::array<unsigned char, Size> slice(const Bytes& bytes, std::size_t at) {
    std::array<unsigned char, Size> out{};
    std::copy_n(bytes.begin() + static_cast<std::ptrdiff_t>(at), Size, out.begin());
    return out;
}

Error no_key(std::string_view what) {
    return {Reason::config_invalid, std::string(what)};
}

Result<void> unlock(Bytes& key, const Secret& password) {
    const std::uint64_t operations = number_at(key, kOperationsAt);
    const std::uint64_t memory = number_at(key, kMemoryAt);
    if (operations > kMostOperations || memory > kMostMemory) {
        return failed(no_key("the secret key asks for more work or memory than minisign's own do"));
    }
    Bytes stream(kLockedBytes);
    const std::string& text = password.reveal();
    if (crypto_pwhash_scryptsalsa208sha256(stream.data(), stream.size(), text.data(), text.size(),
                                           key.data() + kSaltAt, operations,
                                           static_cast<std::size_t>(memory)) != 0) {
        return failed(no_key("the secret key cannot be unlocked: not enough memory"));
    }
    for (std::size_t i = 0; i < kLockedBytes; ++i) {
        key[kLockedAt + i] ^= stream[i];
    }
    sodium_memzero(stream.data(), stream.size());
    return {};
}

bool has_right_sum(const Bytes& key) {
    Bytes summed(key.begin(), key.begin() + kDerivationAt);
    summed.insert(summed.end(), key.begin() + kLockedAt, key.begin() + kLockedAt + kSumAt);
    std::array<unsigned char, kSumBytes> sum{};
    crypto_generichash(sum.data(), sum.size(), summed.data(), summed.size(), nullptr, 0);
    sodium_memzero(summed.data(), summed.size());
    return sodium_memcmp(sum.data(), key.data() + kLockedAt + kSumAt, kSumBytes) == 0;
}

/// `minisign -W` leaves the checksum of a key without a password empty: then the public half must
/// be that of the secret one.
bool is_right_open_key(const Bytes& key) {
    const auto sum = slice<kSumBytes>(key, kLockedAt + kSumAt);
    if (sodium_is_zero(sum.data(), sum.size()) == 0) {
        return false;
    }
    auto secret = slice<crypto_sign_SECRETKEYBYTES>(key, kLockedAt + kKeyAt);
    auto made = secret;
    std::array<unsigned char, crypto_sign_PUBLICKEYBYTES> public_half{};
    // The seed is the first half.
    crypto_sign_seed_keypair(public_half.data(), made.data(), secret.data());
    const bool is_right = sodium_memcmp(made.data(), secret.data(), made.size()) == 0;
    sodium_memzero(secret.data(), secret.size());
    sodium_memzero(made.data(), made.size());
    return is_right;
}

}  // namespace

void start_sodium() {
    // A second call does nothing; one that fails has no random numbers, and none are used here.
    [[maybe_unused]] const int code = sodium_init();
}

std::optional<Bytes> base64_bytes(std::string_view text, std::size_t size) {
    Bytes bytes(size);
    std::size_t made = 0;
    const int code = sodium_base642bin(bytes.data(), bytes.size(), text.data(), text.size(),
                                       nullptr, &made, nullptr, sodium_base64_VARIANT_ORIGINAL);
    // libsodium also takes "+" and "/" with their highest bit set.
    const bool is_exact = code == 0 && made == size && base64_text(bytes) == text;
    return is_exact ? std::optional(std::move(bytes)) : std::nullopt;
}

std::string base64_text(const Bytes& bytes) {
    std::string text(sodium_base64_encoded_len(bytes.size(), sodium_base64_VARIANT_ORIGINAL), '\0');
    sodium_bin2base64(text.data(), text.size(), bytes.data(), bytes.size(),
                      sodium_base64_VARIANT_ORIGINAL);
    text.pop_back();
    return text;
}

std::string_view line_at(std::string_view text, std::size_t index) {
    for (; index > 0; --index) {
        const std::size_t end = text.find('\n');
        text = end == std::string_view::npos ? std::string_view() : text.substr(end + 1);
    }
    std::string_view line = text.substr(0, text.find('\n'));
    if (line.ends_with('\r')) {
        line.remove_suffix(1);
    }
    return line;
}

Result<PublicKey> PublicKey::parse(std::string_view text) {
    start_sodium();
    const bool is_file = text.starts_with("untrusted comment:");
    const std::optional<Bytes> bytes = base64_bytes(line_at(text, is_file ? 1 : 0), kPublicBytes);
    if (!bytes || !has_at(*bytes, 0, kPlain)) {
        return failed(no_key("this is no public key of minisign")
                          .hint("give the .pub file that `minisign -G` wrote, or its second line"));
    }
    return PublicKey{slice<8>(*bytes, 2), slice<32>(*bytes, 10)};
}

struct SigningKey::State {
    KeyNumber number{};
    std::array<unsigned char, crypto_sign_SECRETKEYBYTES> key{};

    State() = default;
    State(const State&) = delete;
    State& operator=(const State&) = delete;
    ~State() { sodium_memzero(key.data(), key.size()); }
};

SigningKey::SigningKey(std::unique_ptr<State> state) : state_(std::move(state)) {}
SigningKey::SigningKey(SigningKey&&) noexcept = default;
SigningKey& SigningKey::operator=(SigningKey&&) noexcept = default;
SigningKey::~SigningKey() = default;

Result<SigningKey> SigningKey::parse(std::string_view text,
                                     const std::function<Result<Secret>()>& password) {
    start_sodium();
    std::optional<Bytes> key = base64_bytes(line_at(text, 1), kSecretBytes);
    const bool is_locked = key && has_at(*key, kDerivationAt, "Sc");
    const bool is_open = key && has_at(*key, kDerivationAt, std::string_view("\0\0", 2));
    if (!key || !has_at(*key, 0, kPlain) || !has_at(*key, kChecksumAt, "B2") ||
        (!is_locked && !is_open)) {
        return failed(no_key("this is no secret key of minisign"));
    }
    if (is_locked) {
        Result<void> unlocked =
            password().and_then([&key](const Secret& given) { return unlock(*key, given); });
        if (!unlocked) {
            return failed(std::move(unlocked.error()));
        }
    }
    auto state = std::make_unique<State>();
    const bool is_right = has_right_sum(*key) || (is_open && is_right_open_key(*key));
    if (is_right) {
        state->number = slice<8>(*key, kLockedAt);
        state->key = slice<crypto_sign_SECRETKEYBYTES>(*key, kLockedAt + kKeyAt);
    }
    sodium_memzero(key->data(), key->size());
    if (!is_right) {
        return failed(no_key(is_locked ? "the password does not open the secret key"
                                       : "the secret key is damaged"));
    }
    return SigningKey(std::move(state));
}

std::string SigningKey::sign(std::string_view manifest_text, const Manifest& manifest) const {
    std::array<unsigned char, crypto_generichash_BYTES_MAX> hash{};
    crypto_generichash(hash.data(), hash.size(),
                       reinterpret_cast<const unsigned char*>(manifest_text.data()),
                       manifest_text.size(), nullptr, 0);
    MinisignSignature made;
    made.number = state_->number;
    crypto_sign_detached(made.signature.data(), nullptr, hash.data(), hash.size(),
                         state_->key.data());
    made.trusted_comment = fmt::format("ffdump run:{} sequence:{} ended:{}", manifest.run_id,
                                       manifest.sequence, manifest.ended);
    Bytes bound(made.signature.begin(), made.signature.end());
    bound.insert(bound.end(), made.trusted_comment.begin(), made.trusted_comment.end());
    crypto_sign_detached(made.global.data(), nullptr, bound.data(), bound.size(),
                         state_->key.data());
    return made.text();
}

std::optional<MinisignSignature> MinisignSignature::parse(std::string_view text) {
    start_sodium();
    const std::optional<Bytes> bytes = base64_bytes(line_at(text, 1), kSignatureBytes);
    const std::string_view comment = line_at(text, 2);
    const std::optional<Bytes> global = base64_bytes(line_at(text, 3), SignatureBytes().size());
    if (!bytes || !global || !comment.starts_with(kTrusted) ||
        (!has_at(*bytes, 0, kPrehashed) && !has_at(*bytes, 0, kPlain))) {
        return std::nullopt;
    }
    MinisignSignature parsed;
    parsed.is_prehashed = has_at(*bytes, 0, kPrehashed);
    parsed.number = slice<8>(*bytes, 2);
    parsed.signature = slice<64>(*bytes, 10);
    parsed.trusted_comment = comment.substr(kTrusted.size());
    parsed.global = slice<64>(*global, 0);
    return parsed;
}

std::string MinisignSignature::text() const {
    Bytes bytes(kPrehashed.begin(), kPrehashed.end());
    bytes.insert(bytes.end(), number.begin(), number.end());
    bytes.insert(bytes.end(), signature.begin(), signature.end());
    return fmt::format("untrusted comment: signature of an ffdump manifest\n{}\n{}{}\n{}\n",
                       base64_text(bytes), kTrusted, trusted_comment,
                       base64_text(Bytes(global.begin(), global.end())));
}

}  // namespace ffdump
