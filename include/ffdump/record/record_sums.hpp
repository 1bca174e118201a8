// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>

namespace ffdump {

/// A number of 128 bits that is only ever added (mod 2^128), subtracted and compared.
struct Sum128 {
    std::uint64_t low = 0;
    std::uint64_t high = 0;

    Sum128& operator+=(const Sum128& other) noexcept;
    Sum128& operator-=(const Sum128& other) noexcept;
    friend Sum128 operator+(Sum128 a, const Sum128& b) noexcept { return a += b; }
    friend bool operator==(const Sum128&, const Sum128&) = default;
    /// 32 lower-case hex digits, most significant first.
    [[nodiscard]] std::string hex() const;
    [[nodiscard]] static std::optional<Sum128> from_hex(std::string_view text) noexcept;
};

/// Order-independent digest of a set of records: how many, and sums of 128-bit hashes of each.
/// Sums are added, never XORed, so a doubled record or a pair of equal damages does not cancel.
/// Finds accidents, not enemies (that is what the files' SHA-256 are for).
struct RecordSums {
    std::uint64_t count = 0;
    Sum128 ids;   ///< of (gallery, id)
    Sum128 rest;  ///< of (gallery, id, every byte of the record but facen and facen_model)
    Sum128 vec;   ///< of (gallery, id, raw bytes of the facen); only kept where facens are known

    RecordSums& operator+=(const RecordSums& other) noexcept;
    RecordSums& operator-=(const RecordSums& other) noexcept;
    friend bool operator==(const RecordSums&, const RecordSums&) = default;
};

/// Hashes of the records of one gallery. The elements are (XXH3-128, seed 0):
///     ids   "ids\0"  | len(gallery) | gallery | id
///     rest  "rest\0" | len(gallery) | gallery | id | len(rest) | rest
///     vec   "vec\0"  | len(gallery) | gallery | id | len(facen) | facen
/// all lengths and the id as 8 bytes little-endian. A record without a readable id (a bad one that
/// was skipped) counts with tag "bad\0" in place of "rest\0" and no id. Not thread-safe.
class RecordDigester {
 public:
    explicit RecordDigester(std::string_view gallery);

    [[nodiscard]] Sum128 ids(RecordId id);
    /// `pieces` are the record's bytes around the masked values, in order; a mask token stands
    /// between two pieces, so that moving a byte across a mask is seen.
    [[nodiscard]] Sum128 rest(RecordId id, std::span<const std::string_view> pieces);
    [[nodiscard]] Sum128 vec(RecordId id, std::span<const float> facen);
    [[nodiscard]] Sum128 bad(std::string_view bytes);

 private:
    void start(std::string_view tag);
    void add_number(std::uint64_t number);
    [[nodiscard]] Sum128 finish() const;

    std::string gallery_;
    std::string scratch_;
};

}  // namespace ffdump
