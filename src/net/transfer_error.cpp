// SPDX-License-Identifier: Apache-2.0
#include "transfer_error.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <string>

namespace ffdump {
namespace {

struct CodeRow {
    CURLcode code;
    Reason reason;
    std::string_view sentence;
};

// Codes that are not here are answers that break the protocol in some other way.
constexpr auto kRows = std::to_array<CodeRow>({
    {CURLE_COULDNT_RESOLVE_HOST, Reason::name_unresolved, "the host name cannot be resolved"},
    {CURLE_COULDNT_RESOLVE_PROXY, Reason::name_unresolved, "the host name cannot be resolved"},
    {CURLE_COULDNT_CONNECT, Reason::connection_failed, "no connection could be made"},
    {CURLE_INTERFACE_FAILED, Reason::connection_failed, "no connection could be made"},
    {CURLE_GOT_NOTHING, Reason::connection_lost, "the connection was closed without an answer"},
    {CURLE_PARTIAL_FILE, Reason::connection_lost, "the answer is shorter than announced"},
    {CURLE_SEND_ERROR, Reason::connection_lost, "the connection broke while sending"},
    {CURLE_RECV_ERROR, Reason::connection_lost, "the connection broke while receiving"},
    {CURLE_SEND_FAIL_REWIND, Reason::connection_lost, "the request could not be sent again"},
    {CURLE_SSL_CONNECT_ERROR, Reason::tls_failed, "no TLS handshake"},
    {CURLE_PEER_FAILED_VERIFICATION, Reason::tls_failed, "the certificate is not trusted"},
    {CURLE_SSL_CACERT_BADFILE, Reason::tls_failed, "the CA file cannot be used"},
    {CURLE_SSL_ISSUER_ERROR, Reason::tls_failed, "the certificate's issuer is not trusted"},
    {CURLE_SSL_CERTPROBLEM, Reason::tls_failed, "a certificate cannot be used"},
    {CURLE_SSL_CIPHER, Reason::tls_failed, "no common cipher"},
    {CURLE_SSL_ENGINE_INITFAILED, Reason::tls_failed, "TLS could not be started"},
    {CURLE_TOO_MANY_REDIRECTS, Reason::answer_malformed, "more than 3 redirects"},
    {CURLE_UNSUPPORTED_PROTOCOL, Reason::answer_malformed,
     "the answer is not HTTP/1, or leads to a URL that is not http or https"},
    {CURLE_OUT_OF_MEMORY, Reason::internal_error, "no memory left for the request"},
    {CURLE_FAILED_INIT, Reason::internal_error, "libcurl could not start the request"},
});

/// The other side's words are in it: cut, and safe for a terminal.
std::string quoted(std::string_view text) {
    constexpr std::size_t kLongest = 200;
    return text.empty() ? std::string() : fmt::format(" ({})", printable(text.substr(0, kLongest)));
}

Error descriptors_error() {
    return {Reason::out_of_descriptors, "no file descriptor left for a connection"};
}

/// Codes that mean more than one thing and must be told apart by what was going on.
bool is_header_line_too_long(const TransferFacts& facts) {
    // libcurl 7.88 answers a header line over its 100 KiB buffer with "out of memory".
    return facts.code == CURLE_OUT_OF_MEMORY && facts.watch->is_connected();
}

bool is_broken_chunking(const TransferFacts& facts) {
    return facts.code == CURLE_RECV_ERROR &&
           facts.curl_text.find("chunked-encoding") != std::string_view::npos;
}

}  // namespace

Error transfer_error(const TransferFacts& facts) {
    if (facts.socket_errno == EMFILE || facts.socket_errno == ENFILE) {
        return descriptors_error();
    }
    if (facts.code == CURLE_OPERATION_TIMEDOUT) {
        return {Reason::request_timed_out, facts.watch->curl_timeout_text()};
    }
    if (is_header_line_too_long(facts)) {
        return {Reason::answer_malformed, "the answer has a header line over 100 KiB"};
    }
    if (is_broken_chunking(facts)) {
        return {Reason::answer_malformed, "the answer's chunked encoding is broken"};
    }
    const auto* const row = std::ranges::find(kRows, facts.code, &CodeRow::code);
    if (row == kRows.end()) {
        return {Reason::answer_malformed,
                fmt::format("{}{}", curl_easy_strerror(facts.code), quoted(facts.curl_text))};
    }
    return {row->reason, fmt::format("{}{}", row->sentence, quoted(facts.curl_text))};
}

}  // namespace ffdump
