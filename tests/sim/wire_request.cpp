// SPDX-License-Identifier: Apache-2.0
#include "wire_request.hpp"

#include "wire_text.hpp"

#include <algorithm>
#include <cctype>
#include <charconv>
#include <cstring>

namespace ffdump {

namespace {

constexpr std::size_t kMaxChunkLine = 1024;
constexpr std::size_t kMaxHeaders = 100;

bool is_token(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return std::isalnum(static_cast<unsigned char>(c)) != 0 ||
               std::strchr("!#$%&'*+-.^_`|~", c) != nullptr;
    });
}

std::optional<std::size_t> number(std::string_view text, int base) {
    std::size_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value, base);
    if (error != std::errc{} || end != text.data() + text.size() || text.empty()) {
        return std::nullopt;
    }
    return value;
}

/// Waits for `mark` in what is pending from `from` on, within `limit` bytes; where it starts.
enum class Search : unsigned char { found, ended, too_long };
struct Found {
    Search search = Search::found;
    std::size_t at = 0;
};
Found find_mark(Wire& wire, std::string_view mark, std::size_t from, std::size_t limit) {
    std::size_t looked = from;
    while (true) {
        const std::size_t at = wire.pending().find(mark, looked);
        if (at != std::string_view::npos && at - from <= limit) {
            return {Search::found, at};
        }
        const std::size_t size = wire.pending().size();
        if (at != std::string_view::npos || (size > from && size - from > limit)) {
            return {Search::too_long, 0};
        }
        looked = std::max(from, size < mark.size() ? 0 : size - mark.size() + 1);
        if (!wire.need(size + 1)) {
            return {Search::ended, 0};
        }
    }
}

Checked<void> parse_request_line(std::string_view line, WireRequest& request) {
    const std::size_t first = line.find(' ');
    const std::size_t last = line.rfind(' ');
    if (first == std::string_view::npos || last == first) {
        return refused_and_closed(400, "malformed request line");
    }
    request.method = line.substr(0, first);
    request.target = line.substr(first + 1, last - first - 1);
    const std::string_view version = line.substr(last + 1);
    if (version != "HTTP/1.1" && version != "HTTP/1.0") {
        return refused_and_closed(505, "only HTTP/1.1 and HTTP/1.0 are spoken");
    }
    const bool printable = std::ranges::all_of(request.target, [](char c) {
        return static_cast<unsigned char>(c) > 0x20U && static_cast<unsigned char>(c) < 0x7FU;
    });
    if (!is_token(request.method) || !request.target.starts_with('/') || !printable) {
        return refused_and_closed(400, "malformed request line");
    }
    request.path = request.target.substr(0, request.target.find('?'));
    request.keep_alive = version == "HTTP/1.1";
    return {};
}

Checked<void> parse_headers(std::string_view text, WireRequest& request) {
    while (!text.empty()) {
        const std::size_t end = text.find("\r\n");
        const std::string_view line = text.substr(0, end);
        text = end == std::string_view::npos ? std::string_view{} : text.substr(end + 2);
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos || !is_token(line.substr(0, colon)) ||
            line.find_first_of(std::string_view("\r\n\0", 3)) != std::string_view::npos) {
            return refused_and_closed(400, "malformed header line");
        }
        if (request.headers.size() == kMaxHeaders) {
            return refused_and_closed(431, "too many headers");
        }
        request.headers.emplace_back(lower_case(line.substr(0, colon)),
                                     trimmed(line.substr(colon + 1)));
    }
    return {};
}

/// How the body is framed; nothing = chunked.
Checked<std::optional<std::size_t>> body_length(const WireRequest& request) {
    const auto count = [&](std::string_view name) {
        return std::ranges::count_if(request.headers,
                                     [&](const auto& header) { return header.first == name; });
    };
    const auto coding = request.header("transfer-encoding");
    const auto length = request.header("content-length");
    if (count("content-length") > 1 || count("transfer-encoding") > 1 || count("host") > 1 ||
        (coding && length)) {
        return refused_and_closed(400, "a length, coding or host is given twice");
    }
    if (!request.header("host") && request.keep_alive) {
        return refused_and_closed(400, "HTTP/1.1 without Host");
    }
    if (coding) {
        if (lower_case(*coding) != "chunked") {
            return refused_and_closed(501, "the only transfer coding is chunked");
        }
        return std::nullopt;
    }
    if (!length) {
        if (request.method == "POST" || request.method == "PUT") {
            return refused_and_closed(411, "neither Content-Length nor chunked");
        }
        return std::optional<std::size_t>{0};
    }
    const auto value = number(*length, 10);
    if (!value) {
        return refused_and_closed(400, "malformed Content-Length");
    }
    return value;
}

/// Decodes chunks in place behind the head; returns where the coded body ends.
Checked<std::size_t> read_chunks(Wire& wire, std::size_t head, std::size_t max_body,
                                 std::size_t& body_bytes) {
    std::size_t read = head;
    std::size_t out = head;
    while (true) {
        const Found line = find_mark(wire, "\r\n", read, kMaxChunkLine);
        if (line.search != Search::found) {
            return refused_and_closed(400, "malformed chunk");
        }
        std::string_view size_text = wire.pending().substr(read, line.at - read);
        size_text = trimmed(size_text.substr(0, size_text.find(';')));
        const auto size = number(size_text, 16);
        if (!size) {
            return refused_and_closed(400, "malformed chunk size");
        }
        read = line.at + 2;
        if (*size == 0) {
            break;
        }
        if (*size > max_body || out - head > max_body - *size) {
            return refused_and_closed(413, "the body is over the limit");
        }
        if (!wire.need(read + *size + 2) || wire.pending().substr(read + *size, 2) != "\r\n") {
            return refused_and_closed(400, "malformed chunk end");
        }
        std::memmove(wire.pending_data() + out, wire.pending_data() + read, *size);
        out += *size;
        read += *size + 2;
    }
    body_bytes = out - head;
    while (true) {  // trailers are read and ignored
        const Found line = find_mark(wire, "\r\n", read, kMaxHeadBytes);
        if (line.search != Search::found) {
            return refused_and_closed(400, "malformed trailer");
        }
        const bool last = line.at == read;
        read = line.at + 2;
        if (last) {
            return read;
        }
    }
}

Checked<void> answer_expectation(Wire& wire, const WireRequest& request, bool body_awaited) {
    const auto expectation = request.header("expect");
    if (!expectation) {
        return {};
    }
    if (lower_case(*expectation) != "100-continue") {
        return refused_and_closed(417, "the only expectation is 100-continue");
    }
    if (body_awaited && !wire.write("HTTP/1.1 100 Continue\r\n\r\n")) {
        return refused_and_closed(400, "the peer went before the body");
    }
    return {};
}

Checked<void> read_body(Wire& wire, WireRequest& request, std::size_t head, std::size_t max_body) {
    const auto length = body_length(request);
    if (!length) {
        return tl::unexpected(length.error());
    }
    if (*length && **length > max_body) {
        return refused_and_closed(413, "the body is over the limit");
    }
    const bool awaited = !*length || wire.pending().size() < head + **length;
    if (auto expected = answer_expectation(wire, request, awaited); !expected) {
        return expected;
    }
    if (*length) {
        request.bytes = head + **length;
        if (!wire.need(request.bytes)) {
            return refused_and_closed(400, "the body ended early");
        }
        request.body = wire.pending().substr(head, **length);
        return {};
    }
    std::size_t body_bytes = 0;
    const auto end = read_chunks(wire, head, max_body, body_bytes);
    if (!end) {
        return tl::unexpected(end.error());
    }
    request.bytes = *end;
    request.body = wire.pending().substr(head, body_bytes);
    return {};
}

}  // namespace

std::optional<std::string_view> WireRequest::header(std::string_view lower_name) const {
    for (const auto& [name, value] : headers) {
        if (name == lower_name) {
            return value;
        }
    }
    return std::nullopt;
}

Checked<std::optional<WireRequest>> read_request(Wire& wire, std::size_t max_body) {
    if (!wire.need(1)) {
        return std::nullopt;
    }
    const Found end = find_mark(wire, "\r\n\r\n", 0, kMaxHeadBytes);
    if (end.search == Search::too_long) {
        return refused_and_closed(431, "the request head is over 64 KiB");
    }
    if (end.search == Search::ended) {
        return refused_and_closed(400, "the request head ended early");
    }
    WireRequest request;
    const std::string_view head = wire.pending().substr(0, end.at);
    const std::size_t line_end = std::min(head.find("\r\n"), head.size());
    auto parsed = parse_request_line(head.substr(0, line_end), request).and_then([&] {
        return parse_headers(head.substr(std::min(line_end + 2, head.size())), request);
    });
    if (parsed) {
        parsed = read_body(wire, request, end.at + 4, max_body);
    }
    if (!parsed) {
        return tl::unexpected(parsed.error());
    }
    if (const auto connection = request.header("connection")) {
        const std::string wish = lower_case(*connection);
        request.keep_alive = wish == "keep-alive" || (request.keep_alive && wish != "close");
    }
    return std::optional<WireRequest>{std::move(request)};
}

}  // namespace ffdump
