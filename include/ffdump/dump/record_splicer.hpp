// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/record/facen.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The record's bytes around facen and facen_model, in order: what must never change. Between two
/// pieces stands a masked value. 2 pieces without facen_model, 3 with.
class RestPieces {
 public:
    RestPieces(const RecordBlock& block, const RecordSpan& span);
    [[nodiscard]] std::span<const std::string_view> pieces() const noexcept {
        return {pieces_.data(), count_};
    }

 private:
    std::array<std::string_view, 3> pieces_;
    std::size_t count_ = 0;
};

/// What stands around the values that a header or trailer states and that change: what must not.
/// `masked` says which; `values` are those of `text`.
struct StatedMask {
    bool facen_model = false;
    bool dimension = false;
    bool count = false;
};
[[nodiscard]] std::vector<std::string_view> rest_of_stated(std::string_view text,
                                                           const StatedValues& values,
                                                           const StatedMask& masked);

/// What is put where a file does not open or close its array: "[" and "\n]\n" with the keys and
/// brackets of the object around it.
[[nodiscard]] std::string array_opening(const Profile& profile);
[[nodiscard]] std::string array_closing(const Profile& profile);

/// Puts a dump file together from the records of its source, leaving some out and giving others a
/// new facen, so that what is not changed is copied byte for byte and the result is well-formed in
/// the same container: the first record written to an array takes the lead of the source's first
/// one (a comma would stand in front of it otherwise), and an array that the source does not open
/// or close, because it is torn or damaged, is opened with "[" and closed with "\n]\n". Every
/// record must be given to one of changed, kept and left_out, in order; bad ones only to left_out.
/// Appends to a caller's buffer; no I/O. One file, one thread.
class FileSplicer {
 public:
    /// What the next run needs to go on in the middle of a file; stored in the journal.
    struct State {
        std::uint64_t emitted = 0;  ///< records written so far
        std::string first_lead;     ///< lead of the file's first record; a newline if over 4 KiB
        bool has_first_lead = false;
        /// Style of the last facen that showed one, for facens whose old text has no slash.
        SlashStyle slash = SlashStyle::plain;
        /// What was written before the records, where it states their number; else empty.
        std::string head;
    };

    /// What header and trailer are to state; what is not known stays as it is. The number of
    /// records is always brought up to date: in a header by counted_head().
    struct NewFacts {
        std::optional<std::string> facen_model;
        std::size_t dimension = 0;  ///< 0 = not known
    };

    FileSplicer(Profile profile, State state, NewFacts facts)
        : profile_(std::move(profile)), facts_(std::move(facts)), state_(std::move(state)) {}
    FileSplicer(Profile profile, State state)
        : FileSplicer(std::move(profile), std::move(state), NewFacts{}) {}

    /// Of the file's first block; nothing for any other.
    void header(std::string& out, const RecordBlock& block);
    /// The record with its new facen, and facen_model when the record has one and `model` is given.
    void changed(std::string& out, const RecordBlock& block, std::size_t i,
                 std::span<const float> facen, const std::optional<std::string>& model);
    /// The record as it stands.
    void kept(std::string& out, const RecordBlock& block, std::size_t i);
    /// The record is left out (failed or excluded).
    void left_out(const RecordBlock& block, std::size_t i);
    /// Of the file's last block; nothing for any other.
    void trailer(std::string& out, const RecordBlock& block);

    [[nodiscard]] const State& state() const noexcept { return state_; }

 private:
    /// Learns from a record, written or not; true for the first one of the source.
    bool note(const RecordBlock& block, const RecordSpan& span);
    void lead(std::string& out, const RecordBlock& block, const RecordSpan& span);

    enum class Counting : std::uint8_t { later, done };
    void stated(std::string& out, std::string_view text, const StatedValues& values,
                Counting counting) const;
    [[nodiscard]] bool is_array() const;

    Profile profile_;
    NewFacts facts_;
    State state_;
};

/// The state's head with the number of records that were written: as long as it was, so that it can
/// be overwritten in place. In JSON spaces stand behind a number that has become shorter. Empty
/// when the head states none. Fails with `record_malformed` when there is no room for the number:
/// the source had more records than it states.
[[nodiscard]] Result<std::string> counted_head(const Profile& profile,
                                               const FileSplicer::State& state);

/// `text`, which must be UTF-8, as the inside of a JSON string.
void append_json_escaped(std::string& out, std::string_view text);

}  // namespace ffdump
