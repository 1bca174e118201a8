// SPDX-License-Identifier: Apache-2.0
#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>

namespace ffdump {
namespace {

TEST_CASE("SHA-256 gives the digests of FIPS 180-2") {
    CHECK(sha256_hex("") == "e3b0c44298fc1c149afbf4c8996fb92427ae41e4649b934ca495991b7852b855");
    CHECK(sha256_hex("abc") == "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad");
    CHECK(sha256_hex("abcdbcdecdefdefgefghfghighijhijkijkljklmklmnlmnomnopnopq") ==
          "248d6a61d20638b8e5c026930c3e6039a33ce45964ff2167f6ecedd419db06c1");
}

TEST_CASE("SHA-256 does not depend on how the bytes are cut into pieces") {
    const std::string bytes(300, 'x');
    for (std::size_t cut = 0; cut <= bytes.size(); ++cut) {
        Sha256 hash;
        hash.add(std::string_view(bytes).substr(0, cut));
        hash.add(std::string_view(bytes).substr(cut));
        REQUIRE(hash.hex() == sha256_hex(bytes));
    }
}

TEST_CASE("a moved SHA-256 goes on with what it has seen") {
    Sha256 first;
    first.add("a");
    Sha256 second(std::move(first));
    second.add("b");
    Sha256 third;
    third = std::move(second);
    third.add("c");
    CHECK(third.hex() == sha256_hex("abc"));
}

}  // namespace
}  // namespace ffdump
