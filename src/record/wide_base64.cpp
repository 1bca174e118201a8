// SPDX-License-Identifier: Apache-2.0
#include "wide_base64.hpp"

#ifdef __x86_64__
#include <immintrin.h>
#endif

namespace ffdump {

#ifdef __x86_64__
namespace {

constexpr std::size_t kWide = 32;       ///< characters at once
constexpr std::size_t kWideGroups = 8;  ///< of four
constexpr std::size_t kWideBytes = 24;

/// After Mula and Lemire, "Faster Base64 Encoding and Decoding Using AVX2 Instructions" (2018):
/// both nibbles of a character look up a set of bits, which are disjoint for the alphabet and for
/// nothing else; its upper nibble looks up what is added to come to its value.
__attribute__((target("avx2"))) bool decode_32(const char* text, char* out) noexcept {
    const __m256i low_sets =
        _mm256_setr_epi8(0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x13, 0x1A,
                         0x1B, 0x1B, 0x1B, 0x1A, 0x15, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11, 0x11,
                         0x11, 0x11, 0x13, 0x1A, 0x1B, 0x1B, 0x1B, 0x1A);
    const __m256i high_sets =
        _mm256_setr_epi8(0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08, 0x10, 0x10, 0x10, 0x10,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x01, 0x02, 0x04, 0x08, 0x04, 0x08,
                         0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10, 0x10);
    const __m256i added =
        _mm256_setr_epi8(0, 16, 19, 4, -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0, 0, 16, 19, 4,
                         -65, -65, -71, -71, 0, 0, 0, 0, 0, 0, 0, 0);
    const __m256i order = _mm256_setr_epi8(2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1,
                                           2, 1, 0, 6, 5, 4, 10, 9, 8, 14, 13, 12, -1, -1, -1, -1);
    const __m256i slash =
        _mm256_set1_epi8(0x2F);  // also a mask for nibbles: bit 5 is not looked at

    const __m256i characters = _mm256_loadu_si256(reinterpret_cast<const __m256i*>(text));
    const __m256i high = _mm256_and_si256(_mm256_srli_epi32(characters, 4), slash);
    const __m256i low = _mm256_and_si256(characters, slash);
    if (_mm256_testz_si256(_mm256_shuffle_epi8(low_sets, low),
                           _mm256_shuffle_epi8(high_sets, high)) == 0) {
        return false;
    }
    const __m256i is_slash = _mm256_cmpeq_epi8(characters, slash);  // -1: the entry before
    const __m256i sixes =
        _mm256_add_epi8(characters, _mm256_shuffle_epi8(added, _mm256_add_epi8(is_slash, high)));
    const __m256i twelves = _mm256_maddubs_epi16(sixes, _mm256_set1_epi32(0x01400140));
    const __m256i groups = _mm256_madd_epi16(twelves, _mm256_set1_epi32(0x00011000));
    const __m256i halves = _mm256_shuffle_epi8(groups, order);  // twelve bytes in each
    const __m256i packed =
        _mm256_permutevar8x32_epi32(halves, _mm256_setr_epi32(0, 1, 2, 4, 5, 6, 7, 7));
    _mm_storeu_si128(reinterpret_cast<__m128i*>(out), _mm256_castsi256_si128(packed));
    _mm_storel_epi64(reinterpret_cast<__m128i*>(out + sizeof(__m128i)),
                     _mm256_extracti128_si256(packed, 1));
    return true;
}

__attribute__((target("avx2"))) bool decode_all(std::string_view text, char* out,
                                                std::size_t& done) noexcept {
    for (; text.size() >= kWide; text.remove_prefix(kWide), out += kWideBytes) {
        if (!decode_32(text.data(), out)) {
            return false;
        }
        done += kWideGroups;
    }
    return true;
}

}  // namespace

bool decode_wide(std::string_view text, char* out, std::size_t& done) noexcept {
    static const bool is_known = __builtin_cpu_supports("avx2") != 0;
    return !is_known || decode_all(text, out, done);
}
#else
bool decode_wide(std::string_view /*text*/, char* /*out*/, std::size_t& /*done*/) noexcept {
    return true;
}
#endif

}  // namespace ffdump
