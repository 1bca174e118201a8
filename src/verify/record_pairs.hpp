// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dump_cursor.hpp"
#include "findings.hpp"

#include "ffdump/record/facen.hpp"
#include "ffdump/record/facen_encoding.hpp"
#include "ffdump/record/record_sums.hpp"
#include "ffdump/record/running_hash.hpp"

#include <array>
#include <cstdint>
#include <string>
#include <string_view>

namespace ffdump {

/// What must hold for every record of one file of the new dump.
struct PairRules {
    bool is_copy = false;         ///< whole records must be the same
    bool has_free_leads = false;  ///< what stands before a file's first record depends on its place
    FacenRules facen;
    FacenEncoding encoding;
    std::string new_model;  ///< empty = records carry no facen_model
};

/// What is kept of a record that waits for its counterpart.
struct RecordFacts {
    Sum128 rest;    ///< the element of RecordSums::rest
    Sum128 facen;   ///< of the facen's text, `\/` read as `/`; copied files: of the whole record
    Sum128 around;  ///< of the bytes before and after the record
    std::uint64_t ordinal = 0;
    std::uint64_t offset = 0;
    bool is_first = false;
    bool has_facen_model = false;
};

/// Compares records of source and target that have the same id, and looks at each target record by
/// itself. What differs becomes a finding. One file, one thread.
class RecordPairs {
 public:
    RecordPairs(const std::string& gallery, PairRules rules, std::string target_path,
                Findings& findings)
        : digester_(gallery),
          rules_(std::move(rules)),
          target_path_(std::move(target_path)),
          findings_(findings) {}

    /// Both at hand: byte by byte. Adds both to the sums, the target's facen too.
    void compare(const RecordView& source, const RecordView& target, RecordSums& source_sums,
                 RecordSums& target_sums);
    /// One of them has passed by: by what was kept of it.
    void compare_late(RecordId id, const RecordFacts& source, const RecordFacts& target);

    /// Facts of one that must wait; adds it to the sums.
    [[nodiscard]] RecordFacts take_source(const RecordView& record, RecordSums& sums);
    [[nodiscard]] RecordFacts take_target(const RecordView& record, RecordSums& sums);
    /// Adds a source record that needs no counterpart (failed, excluded, bad); its share.
    RecordSums take_settled(const RecordView& record, RecordSums& sums);
    /// The share of a record of which only facts are left.
    [[nodiscard]] RecordSums share_of(RecordId id, const RecordFacts& facts);

    /// See GalleryReport::norm_decades.
    [[nodiscard]] const std::array<std::uint64_t, kDecades>& norm_decades() const noexcept {
        return norm_decades_;
    }

    /// Where the record stands in the new dump.
    [[nodiscard]] Place target_place(RecordId id, std::uint64_t offset) const;

 private:
    [[nodiscard]] Sum128 rest_of(const RecordView& record);
    [[nodiscard]] RecordFacts facts_of(const RecordView& record);
    /// Returns whether everything but the masked values is the same.
    bool compare_rest(const RecordView& source, const RecordView& target);
    void compare_copy(const RecordView& source, const RecordView& target);
    void compare_around(const RecordView& source, const RecordView& target);
    void check_model(const RecordView& target);
    [[nodiscard]] bool is_new_model(const RecordView& target);
    [[nodiscard]] Sum128 check_facen_of(const RecordView& target);
    void note(Reason reason, RecordId id, std::uint64_t offset, const char* text);
    void note_altered(RecordId id, std::uint64_t target_offset, std::uint64_t source_offset);

    RecordDigester digester_;
    RunningHash hash_;
    PairRules rules_;
    std::string target_path_;
    Findings& findings_;
    std::array<std::uint64_t, kDecades> norm_decades_{};
    std::string model_token_;  ///< the last one that was the new model's
};

/// Whether two base64 texts in JSON spell the same bytes, however a slash is written.
[[nodiscard]] bool is_same_facen_text(std::string_view a, std::string_view b);
/// Whether two records of one layout spell the same facen, however a slash or a size is written.
[[nodiscard]] bool is_same_facen(const RecordView& a, const RecordView& b);

}  // namespace ffdump
