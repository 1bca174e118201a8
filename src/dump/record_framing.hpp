// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "stated_values.hpp"

#include "ffdump/base/reason.hpp"
#include "ffdump/dump/profile.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string_view>

namespace ffdump {

class RecordParser;

/// What stands at the front of the unread bytes. Sizes are of neighbouring stretches.
struct Frame {
    enum class Kind : std::uint8_t {
        incomplete,  ///< more bytes are needed; only `lead` holds
        record,      ///< one value, to be parsed
        bad,         ///< no record; `reason` and `detail` say why
        trailer,     ///< what ends the file
    };
    Kind kind = Kind::incomplete;
    std::size_t lead = 0;
    std::size_t record = 0;
    std::size_t tail = 0;
    bool unterminated = false;  ///< the file ends where the record's border was due
    bool final = false;         ///< a bad chunk after which the file ends without a trailer
    bool is_doubtful = false;   ///< its end can be trusted only if it is valid, see may_swallow()
    bool is_runaway = false;    ///< its end was not found: it may have swallowed whole records
    Reason reason = Reason::record_malformed;
    const char* detail = "";
};

/// Splits a file of one container into raw records. What it sees depends on the bytes from the
/// border on and on nothing before it, so that reading may start at any border; how many bytes
/// were at hand changes nothing either. One reader, one thread.
class RecordFraming {
 public:
    virtual ~RecordFraming() = default;

    /// Bytes before the first record, or nothing when more are needed. `window` is the file's
    /// beginning, `whole` when it is all of the file.
    [[nodiscard]] virtual std::optional<std::size_t> header(std::string_view window,
                                                            bool whole) = 0;
    /// `window` begins at a border; `whole` when the file ends with it; `first` when no record
    /// came before.
    [[nodiscard]] virtual Frame next(std::string_view window, bool whole, bool first) = 0;
    /// What the whole header or trailer states.
    [[nodiscard]] virtual StatedValues header_values(std::string_view text) const = 0;
    [[nodiscard]] virtual StatedValues trailer_values(std::string_view text) const = 0;

    /// Line ends: they mean nothing, stand anywhere, or end a record each.
    enum class Lines : std::uint8_t { none, anywhere, one_a_record };
    [[nodiscard]] virtual Lines lines() const noexcept = 0;
    /// Where a bad record ends when its own end cannot be trusted: the border before the next
    /// valid one. See resync.hpp.
    [[nodiscard]] virtual std::optional<std::size_t> find_next(std::string_view bytes,
                                                               RecordParser& parser) const = 0;
    /// Whether even a valid record may have taken the beginning of the next one for a part of
    /// itself when it is doubtful.
    [[nodiscard]] virtual bool may_swallow() const noexcept { return false; }
    /// What is wrong with a record that did.
    [[nodiscard]] virtual const char* mismatch() const noexcept {
        return "quotes or brackets do not match";
    }
};

/// Where a file is read from: a framing that starts behind the header does not look for it.
enum class FramingStart : std::uint8_t { at_header, behind_header };

// `profile` and `stated` must outlive them.
[[nodiscard]] std::unique_ptr<RecordFraming> make_line_framing(const Profile& profile,
                                                               const StatedReader& stated);
[[nodiscard]] std::unique_ptr<RecordFraming> make_stream_framing(const Profile& profile,
                                                                 const StatedReader& stated);
/// Of an array that is the file, or that stands in an object.
[[nodiscard]] std::unique_ptr<RecordFraming> make_array_framing(const Profile& profile,
                                                                const StatedReader& stated,
                                                                FramingStart start);

/// Of the containers of msgpack.
[[nodiscard]] std::unique_ptr<RecordFraming> make_msgpack_framing(const Profile& profile,
                                                                  FramingStart start);

/// Size of the UTF-8 byte order mark at the front, or nothing when more bytes are needed.
[[nodiscard]] std::optional<std::size_t> byte_order_mark(std::string_view window,
                                                         bool whole) noexcept;

}  // namespace ffdump
