// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/failures.hpp"

#include "json_fields.hpp"
#include "strict_json.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/record/base64.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kChunkBytes = 64U << 10U;
constexpr std::size_t kMostDepth = 1;

/// Digits only, no leading zero, in range: one spelling for one id.
std::optional<std::uint64_t> parse_decimal(std::string_view text) {
    std::uint64_t number = 0;
    const auto [end, problem] = std::from_chars(text.data(), text.data() + text.size(), number);
    if (problem != std::errc() || end != text.data() + text.size() ||
        fmt::format("{}", number) != text) {
        return std::nullopt;
    }
    return number;
}

void take_id(JsonFields& fields, FailureEntry& entry) {
    if (!fields.has("id")) {
        return;
    }
    std::string text;
    fields.take("id", text);
    if (const std::optional<std::uint64_t> number = parse_decimal(text)) {
        entry.id = RecordId{*number};
    } else {
        fields.complain("id", "is not a decimal number of 64 bits");
    }
}

void take_reason(JsonFields& fields, FailureEntry& entry) {
    std::string name;
    fields.take("reason", name);
    if (const std::optional<Reason> reason = reason_from_name(name)) {
        entry.reason = *reason;
    } else {
        fields.complain("reason", "is not a reason that this ffdump knows");
    }
}

void take_attempts(JsonFields& fields, FailureEntry& entry) {
    std::uint64_t attempts = 0;
    fields.take("attempts", attempts);
    if (attempts > std::numeric_limits<unsigned>::max()) {
        fields.complain("attempts", "is too large");
    }
    entry.attempts = static_cast<unsigned>(attempts);
}

/// In one of two spellings, and only in the one that fits the bytes.
void take_record(JsonFields& fields, FailureEntry& entry) {
    if (!fields.has("record_b64")) {
        fields.take("record", entry.record);
        return;
    }
    std::string text;
    fields.take("record_b64", text);
    std::optional<std::string> bytes = decode_base64(text);
    if (!bytes) {
        fields.complain("record_b64", "is not base64");
    } else if (is_utf8(*bytes)) {
        fields.complain("record_b64", "holds a record that is UTF-8 and belongs into record");
    } else {
        entry.record = std::move(*bytes);
    }
}

tl::expected<FailureEntry, std::string> parse_line(std::string_view line) {
    const auto document = parse_strict_json(line, kMostDepth);
    if (!document) {
        return tl::unexpected("the line " + document.error().text);
    }
    FailureEntry entry;
    JsonFields fields(*document, "");
    fields.take("file", entry.file).take("gallery", entry.gallery).take("ordinal", entry.ordinal);
    take_id(fields, entry);
    take_reason(fields, entry);
    fields.take("detail", entry.detail);
    take_attempts(fields, entry);
    take_record(fields, entry);
    if (const std::string& problem = fields.finish(); !problem.empty()) {
        return tl::unexpected(problem);
    }
    return entry;
}

}  // namespace

std::string failure_line(const FailureEntry& entry) {
    nlohmann::ordered_json line;
    line["file"] = json_text(entry.file);
    line["gallery"] = json_text(entry.gallery);
    line["ordinal"] = entry.ordinal;
    if (entry.id) {
        line["id"] = fmt::format("{}", entry.id->value);
    }
    line["reason"] = reason_name(entry.reason);
    line["detail"] = json_text(entry.detail);
    line["attempts"] = entry.attempts;
    if (is_utf8(entry.record)) {
        line["record"] = entry.record;
    } else {
        std::string base64;
        append_base64(base64, entry.record);
        line["record_b64"] = std::move(base64);
    }
    return json_line(line) + "\n";
}

struct FailureReader::State {
    State(ByteSource& bytes, std::string file_name, std::size_t most)
        : source(bytes), file(std::move(file_name)), most_line_bytes(most), chunk(kChunkBytes) {}

    [[nodiscard]] Error error(std::string detail) const {
        return Error(Reason::failures_differ, std::move(detail))
            .at_file(file)
            .at_line(line_number)
            .at_offset(line_offset);
    }

    /// The next line without its newline; nothing at the end.
    Result<std::optional<std::string>> next_line();
    Result<bool> refill();

    ByteSource& source;
    std::string file;
    std::size_t most_line_bytes;
    std::vector<char> chunk;
    std::string_view unread;
    std::uint64_t line_number = 0;
    std::uint64_t line_offset = 0;
    std::uint64_t next_offset = 0;
};

Result<bool> FailureReader::State::refill() {
    Result<std::size_t> got = source.read(chunk);
    if (!got) {
        return failed(std::move(got.error()));
    }
    unread = {chunk.data(), *got};
    return *got != 0;
}

Result<std::optional<std::string>> FailureReader::State::next_line() {
    ++line_number;
    line_offset = next_offset;
    std::string line;
    for (;;) {
        if (unread.empty()) {
            Result<bool> more = refill();
            if (!more) {
                return failed(std::move(more.error()));
            }
            if (!*more) {
                break;
            }
        }
        const std::size_t newline = unread.find('\n');
        const std::string_view piece = unread.substr(0, newline);
        if (piece.size() > most_line_bytes - line.size()) {
            return failed(error(fmt::format("the line has more than {} bytes", most_line_bytes)));
        }
        line += piece;
        if (newline != std::string_view::npos) {
            unread.remove_prefix(newline + 1);
            next_offset += line.size() + 1;
            return line;
        }
        unread = {};
    }
    if (!line.empty()) {
        return failed(error("the last line has no newline: it is torn"));
    }
    return std::nullopt;
}

FailureReader::FailureReader(ByteSource& source, std::string file, std::size_t max_line_bytes)
    : state_(std::make_unique<State>(source, std::move(file), max_line_bytes)) {}

FailureReader::~FailureReader() = default;

Result<std::optional<FailureEntry>> FailureReader::next() {
    Result<std::optional<std::string>> line = state_->next_line();
    if (!line) {
        return failed(std::move(line.error()));
    }
    if (!*line) {
        return std::nullopt;
    }
    tl::expected<FailureEntry, std::string> entry = parse_line(**line);
    if (!entry) {
        return failed(state_->error(std::move(entry.error())));
    }
    return std::optional<FailureEntry>(std::move(*entry));
}

}  // namespace ffdump
