// SPDX-License-Identifier: Apache-2.0
#include "support/made_msgpack.hpp"

#include "ffdump/record/facen_encoding.hpp"

#include <catch2/catch.hpp>

#include <string>

using namespace ffdump;

namespace {

FacenEncoding in_msgpack(std::string_view word) {
    FacenEncoding encoding = FacenEncoding::of(word).value();
    encoding.carrier = FacenEncoding::Carrier::msgpack;
    return encoding;
}

std::string written(const Facen& facen, std::string_view word, const std::string& old) {
    std::string out;
    append_facen(out, facen, in_msgpack(word), SlashStyle::escaped, old);
    return out;
}

std::string fault(const std::string& token, std::string_view word) {
    const auto facen = decode_facen(token, in_msgpack(word));
    return facen ? "decoded" : facen.error().detail();
}

}  // namespace

TEST_CASE("a facen in msgpack is read as it was written, in every spelling and dimension") {
    for (const std::string_view word : FacenEncoding::words()) {
        INFO(word);
        for (const std::size_t size : {0U, 1U, 7U, 20U, 100U, 20'000U}) {
            CAPTURE(size);
            const Facen facen(size, 0.125F);
            const std::string token = mp_facen(facen, word);
            CHECK(dimension_of_text(token, in_msgpack(word)) == size);
            const auto read = decode_facen(token, in_msgpack(word));
            REQUIRE(read.has_value() == (size <= kMaxDimension));
            CHECK((!read || *read == facen));
        }
    }
}

TEST_CASE("a new facen has the type and the prefix of the old one") {
    const Facen facen{0.5F, -0.25F};
    const std::string bytes(reinterpret_cast<const char*>(facen.data()), 8);
    CHECK(written(facen, "bin-float32le", mp_bin("1234")) == mp_bin(bytes));
    CHECK(written(facen, "bin-float32le", mp_bin("1234", 4)) == mp_bin(bytes, 4));
    CHECK(written(facen, "str-float32le", mp_str("1234")) == mp_str(bytes));
    CHECK(written(facen, "bin-float16le", mp_bin("12")) == mp_bin(std::string("\0\x38\0\xB4", 4)));
    CHECK(written(facen, "base64-float32le", mp_str("AAAA")) == mp_str("AAAAPwAAgL4="));
    CHECK(written(facen, "base64-float32le", mp_bin("AAAA")) == mp_bin("AAAAPwAAgL4="));
    CHECK(written(facen, "base64-unpadded-float32le", mp_str("AAAA")) == mp_str("AAAAPwAAgL4"));
}

TEST_CASE("an array of numbers stays one of float32 or of float64") {
    const Facen facen{0.5F, 1.0F};
    const std::string single = mp_array({mp_float32(0.5F), mp_float32(1.0F)});
    const std::string wide = mp_array({mp_float64(0.5), mp_float64(1.0)});
    CHECK(written(facen, "numbers", mp_array({mp_float32(0.1F)})) == single);
    CHECK(written(facen, "numbers", mp_array({mp_uint(1, 0), mp_float32(0.1F)})) == single);
    CHECK(written(facen, "numbers", mp_array({mp_float64(0.1)})) == wide);
    CHECK(written(facen, "numbers", mp_array({mp_uint(1, 0)})) == wide);
    CHECK(written(facen, "numbers", mp_array({mp_float64(0.1)}, 4)).starts_with("\xDD"));
    CHECK(decode_facen(
              mp_array({mp_uint(1, 0), mp_int(-1, 1), "\xFF", mp_float64(0.5), mp_int(-300, 2)}),
              in_msgpack("numbers"))
              .value() == Facen{1.0F, -1.0F, -1.0F, 0.5F, -300.0F});
}

TEST_CASE("what is no facen of the encoding is refused") {
    CHECK(fault(mp_bin("12345"), "bin-float32le") ==
          "the facen has 5 bytes, which is no vector of float32");
    CHECK(fault(mp_bin("123"), "bin-float16le") ==
          "the facen has 3 bytes, which is no vector of float16");
    CHECK(fault(mp_uint(1), "bin-float32le") == "the facen is neither str nor bin");
    CHECK(fault(mp_bin("1234").substr(0, 4), "bin-float32le") ==
          "the facen is neither str nor bin");
    CHECK(fault(mp_str("????"), "base64-float32le") == "the facen is not base64");
    CHECK(fault(mp_array({kMpNil}), "numbers") == "the facen holds something else than numbers");
    CHECK(fault(mp_array({mp_array({})}), "numbers") ==
          "the facen holds something else than numbers");
    CHECK(fault(mp_array({mp_float32(1)}).substr(0, 4), "numbers") ==
          "the facen holds something else than numbers");
    CHECK(fault(mp_str("[1]"), "numbers") == "the facen is no array of numbers");
    CHECK(fault("\xDD\xFF\xFF\xFF\xFF\x01", "numbers") == "the facen is longer than any model's");
    CHECK(fault("", "numbers") == "the facen is no array of numbers");
}
