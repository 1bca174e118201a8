// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/manifest_trust.hpp"

#include "support/child_process.hpp"
#include "support/scratch_folder.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <vector>

namespace ffdump {
namespace {

Manifest some_manifest() {
    Manifest manifest;
    manifest.run_id = "0123456789abcdef0123456789abcdef";
    manifest.sequence = 2;
    manifest.tool_version = "0.1.0";
    manifest.started = "2026-11-24T08:00:00.000Z";
    manifest.ended = "2026-11-24T09:00:00.000Z";
    return manifest;
}

/// Keys and signatures of the real tool.
class Minisign {
 public:
    Minisign() { run({"-G", "-W", "-p", at("a.pub"), "-s", at("a.key")}); }

    void run(std::vector<std::string> arguments) const {
        const ChildEnd end = run_child({"/usr/bin/minisign", std::move(arguments), {}, {}, {}});
        INFO(end.out << end.err);
        REQUIRE(end.code == 0);
    }
    [[nodiscard]] int verify(const std::string& key, const std::string& file) const {
        return run_child({"/usr/bin/minisign", {"-V", "-p", at(key), "-m", file}, {}, {}, {}})
            .code.value_or(-1);
    }
    [[nodiscard]] std::string at(const std::string& name) const { return scratch.at(name); }
    [[nodiscard]] PublicKey public_key() const {
        return PublicKey::parse(file_bytes(at("a.pub"))).value();
    }
    [[nodiscard]] SigningKey secret_key() const {
        return SigningKey::parse(file_bytes(at("a.key")), &no_password).value();
    }
    static Result<Secret> no_password() {
        return failed(Reason::config_invalid, "no password was given");
    }

    ScratchFolder scratch;
    Manifest manifest = some_manifest();
    std::string text = manifest_text(manifest);
};

bool is_trusted(const ManifestTrust& trust, const Minisign& with,
                const std::optional<std::string>& signature) {
    return !distrust(trust, with.text, with.manifest, signature);
}

TEST_CASE("minisign verifies a signature of ours") {
    const Minisign minisign;
    const std::string file = minisign.scratch.write("manifest.json", minisign.text);
    minisign.scratch.write("manifest.json.minisig",
                           minisign.secret_key().sign(minisign.text, minisign.manifest));
    CHECK(minisign.verify("a.pub", file) == 0);
    minisign.scratch.write("manifest.json", minisign.text + " ");
    CHECK(minisign.verify("a.pub", file) != 0);
}

TEST_CASE("a signature that minisign made is trusted, by key file and by key text") {
    const Minisign minisign;
    const std::string file = minisign.scratch.write("manifest.json", minisign.text);
    const bool is_legacy = GENERATE(false, true);
    minisign.run(is_legacy
                     ? std::vector<std::string>{"-S", "-l", "-s", minisign.at("a.key"), "-m", file}
                     : std::vector<std::string>{"-S", "-s", minisign.at("a.key"), "-m", file});
    const std::string signature = file_bytes(minisign.at("manifest.json.minisig"));
    ManifestTrust trust;
    trust.key = minisign.public_key();
    CHECK(is_trusted(trust, minisign, signature));
    const std::string lines = file_bytes(minisign.at("a.pub"));
    trust.key = PublicKey::parse(lines.substr(lines.find('\n') + 1)).value();
    CHECK(is_trusted(trust, minisign, signature));
}

TEST_CASE("the same manifest gets the same signature, which names run, sequence and end") {
    const Minisign minisign;
    const std::string signature = minisign.secret_key().sign(minisign.text, minisign.manifest);
    CHECK(signature == minisign.secret_key().sign(minisign.text, minisign.manifest));
    CHECK(signature.find("trusted comment: ffdump run:0123456789abcdef0123456789abcdef sequence:2 "
                         "ended:2026-11-24T09:00:00.000Z\n") != std::string::npos);
}

TEST_CASE("no flipped bit of a signature, its comment or the manifest passes") {
    const Minisign minisign;
    ManifestTrust trust;
    trust.key = minisign.public_key();
    const std::string signature = minisign.secret_key().sign(minisign.text, minisign.manifest);
    REQUIRE(is_trusted(trust, minisign, signature));
    for (std::size_t i = signature.find('\n') + 1; i + 1 < signature.size(); ++i) {
        std::string flipped = signature;
        flipped[i] ^= 1;
        CAPTURE(i);
        CHECK_FALSE(is_trusted(trust, minisign, flipped));
    }
    std::string changed = minisign.text;
    changed[100] ^= 1;
    CHECK(distrust(trust, changed, minisign.manifest, signature)->reason() ==
          Reason::signature_invalid);
    CHECK_FALSE(is_trusted(trust, minisign, std::nullopt));
    CHECK_FALSE(is_trusted(trust, minisign, std::string()));
}

TEST_CASE("a signature of another key is told as that") {
    const Minisign minisign;
    const Minisign other;
    ManifestTrust trust;
    trust.key = minisign.public_key();
    const auto doubt = distrust(trust, minisign.text, minisign.manifest,
                                other.secret_key().sign(minisign.text, minisign.manifest));
    REQUIRE(doubt);
    CHECK(doubt->detail() == "the manifest is signed with another key than the one that was given");
}

/// A key of this test alone, which minisign opens with "open sesame" as well. Made for it with the
/// least costs of scrypt, since minisign's take a GiB, and it asks for passwords on a terminal
/// only.
constexpr std::string_view kLockedKey = R"(untrusted comment: minisign encrypted secret key
RWRTY0IyW2EWry6LEehdyztorDNJYJvuzysU7ORJd4DNfgkkQV0AgAAAAAAAAAAAAAEAAAAAaRm0QIW6VHOIf/ZjRgEUOAKWWZQKfBfx4rAsjDwXBd9zkC2P6nIlqwlcK7lc6Q4OQwVM92Q/EM5n5QcbSjRl3Zujki/WaToZ41V+RZWpDKW2+Jn+oo0gaRDiHpl96OcPX14w5q4V7/U=
)";
constexpr std::string_view kLockedPublic = R"(untrusted comment: minisign public key
RWQZsNjeyJC98uMunHCV8+u9xmoQ7kKG1CqnHgkB1hk/5SbUgCSD3TwH
)";

TEST_CASE("a locked key opens with its password and with no other") {
    const auto with = [](std::string text) {
        return [text = std::move(text)] { return Result<Secret>(Secret(text)); };
    };
    const auto wrong = SigningKey::parse(kLockedKey, with("open sesam"));
    REQUIRE_FALSE(wrong);
    CHECK(wrong.error().detail() == "the password does not open the secret key");
    const auto key = SigningKey::parse(kLockedKey, with("open sesame"));
    REQUIRE(key);
    const Manifest manifest = some_manifest();
    const std::string text = manifest_text(manifest);
    ManifestTrust trust;
    trust.key = PublicKey::parse(kLockedPublic).value();
    CHECK_FALSE(distrust(trust, text, manifest, key->sign(text, manifest)));
    CHECK_FALSE(SigningKey::parse(kLockedKey, &Minisign::no_password));
}

TEST_CASE("what is no key is refused") {
    CHECK_FALSE(PublicKey::parse(""));
    CHECK_FALSE(PublicKey::parse("untrusted comment: x\n"));
    CHECK_FALSE(PublicKey::parse("RWQ"));
    CHECK_FALSE(SigningKey::parse("", &Minisign::no_password));
    const Minisign minisign;
    std::string text = file_bytes(minisign.at("a.key"));
    const std::size_t digit = text.find('\n') + 120;
    text[digit] = text[digit] == 'A' ? 'B' : 'A';
    CHECK_FALSE(SigningKey::parse(text, &Minisign::no_password));
    CHECK_FALSE(PublicKey::parse(text));
}

}  // namespace
}  // namespace ffdump
