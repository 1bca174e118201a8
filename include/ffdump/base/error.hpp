// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/reason.hpp"

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Where something went wrong. Every field is optional; those that are set are printed.
struct Place {
    std::string file;                     ///< path as the operator gave it
    std::uint64_t line = 0;               ///< from 1; 0 = unknown
    std::uint64_t column = 0;             ///< from 1; 0 = unknown
    std::optional<std::uint64_t> offset;  ///< byte offset in the uncompressed file, from 0
    std::optional<std::uint64_t> record_id;
    std::string url;  ///< without user info and query

    friend bool operator==(const Place&, const Place&) = default;
};

/// The one error type. The layer that knows a fact adds it on the way up: the parser the reason,
/// the reader the place, the command the hint. Value type; never holds facens, images, secrets or
/// meta values in its texts.
class Error {
 public:
    Error(Reason reason, std::string detail) : reason_(reason), detail_(std::move(detail)) {}

    Error&& at(Place place) &&;
    Error&& at_file(std::string file) &&;
    Error&& at_line(std::uint64_t line, std::uint64_t column = 0) &&;
    Error&& at_offset(std::uint64_t offset) &&;
    Error&& at_record(std::uint64_t id) &&;
    Error&& at_url(std::string url) &&;
    /// What was being done, innermost first: "fetching the image".
    Error&& while_doing(std::string context) &&;
    /// What to do next; replaces the table's general cure.
    Error&& hint(std::string text) &&;
    /// The service asked to come back after this time (HTTP Retry-After).
    Error&& retry_after(std::chrono::milliseconds delay) &&;

    [[nodiscard]] Reason reason() const noexcept { return reason_; }
    [[nodiscard]] FaultClass fault() const noexcept { return reason_info(reason_).fault; }
    [[nodiscard]] int exit_code() const noexcept { return reason_info(reason_).exit_code; }
    [[nodiscard]] const std::string& detail() const noexcept { return detail_; }
    [[nodiscard]] const Place& place() const noexcept { return place_; }
    [[nodiscard]] const std::vector<std::string>& contexts() const noexcept { return contexts_; }
    [[nodiscard]] std::string hint_text() const;
    [[nodiscard]] std::optional<std::chrono::milliseconds> retry_after() const noexcept {
        return retry_after_;
    }

    /// "file:line:column (byte 17), record 5, http://host/x", whatever of it is known; may be
    /// empty.
    [[nodiscard]] std::string place_text() const;
    /// One line, safe for a terminal: what, where, why, what to do next, code.
    [[nodiscard]] std::string one_line() const;

 private:
    Reason reason_;
    std::string detail_;
    Place place_;
    std::vector<std::string> contexts_;
    std::string hint_;
    std::optional<std::chrono::milliseconds> retry_after_;
};

}  // namespace ffdump
