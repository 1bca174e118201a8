// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/facen.hpp"
#include "ffdump/record/facen_encoding.hpp"
#include "ffdump/record/record_id.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Orders texts and ids by chance that a seed repeats: the record's place in the order in which
/// records are drawn. It depends on nothing but these, so two dumps in any order of records give
/// the same sample. Not for secrets.
class DrawOrder {
 public:
    DrawOrder(std::uint64_t seed, std::string_view gallery);
    [[nodiscard]] std::uint64_t rank(RecordId id) const noexcept;
    [[nodiscard]] std::uint64_t rank(std::string_view text) const;

 private:
    std::uint64_t key_;
};

/// `--sample`: so many records of each gallery, or a share of each.
struct DrawSize {
    std::uint64_t records = 0;      ///< of each gallery, when there is no share
    std::optional<double> percent;  ///< 0 to 100, without 0

    /// "1000" or "0.5%"; nothing for what is neither.
    [[nodiscard]] static std::optional<DrawSize> parse(std::string_view text);
};

/// A record of a sample.
struct DrawnRecord {
    RecordId id;
    std::uint64_t rank = 0;
    std::string normalized_id;  ///< unescaped
    Facen facen;
};

/// What was drawn of one gallery.
struct DrawnGallery {
    std::string gallery;
    std::string path;                ///< of the file it came from
    FacenEncoding encoding;          ///< of its facens
    std::uint64_t records = 0;       ///< in the file, whether drawn or not
    std::vector<DrawnRecord> drawn;  ///< by rank
};

/// Draws from records that pass by once: those with the lowest ranks are kept, so that memory is
/// that of the sample. One gallery, one thread.
class RecordDraw {
 public:
    /// More than `most` are never kept, whatever share they are.
    RecordDraw(DrawSize size, std::size_t most);

    /// Whether a record of this rank would be in the sample as it is now.
    [[nodiscard]] bool wants(std::uint64_t rank) const noexcept;
    /// One that is wanted.
    void add(DrawnRecord record);
    /// By rank; the draw is over.
    [[nodiscard]] std::vector<DrawnRecord> take();

 private:
    std::size_t most_;
    std::uint64_t ceiling_;
    std::vector<DrawnRecord> kept_;  ///< a heap, the highest rank first
};

}  // namespace ffdump
