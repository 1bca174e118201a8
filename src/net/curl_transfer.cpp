// SPDX-License-Identifier: Apache-2.0
#include "curl_transfer.hpp"

#include "curl_access.hpp"
#include "option_setter.hpp"
#include "retry_after.hpp"
#include "transfer_error.hpp"

#include "ffdump/base/version.hpp"

#include <climits>
#include <fmt/format.h>

#include <algorithm>
#include <cerrno>
#include <iterator>
#include <new>
#include <strings.h>
#include <utility>

namespace ffdump {
namespace {

constexpr long kMaxRedirects = 3;
/// Nothing tells when the last byte of a body went out; the wait for an answer begins there.
constexpr std::chrono::milliseconds kLookAtUpload{50};

long curl_milliseconds(std::chrono::milliseconds time) {
    return static_cast<long>(std::clamp<std::chrono::milliseconds::rep>(time.count(), 0, INT_MAX));
}

bool starts_with_name(std::string_view line, std::string_view name) {
    return line.size() > name.size() && line[name.size()] == ':' &&
           // NOLINTNEXTLINE(bugprone-suspicious-stringview-data-usage): the length is given
           strncasecmp(line.data(), name.data(), name.size()) == 0;
}

std::string_view header_value(std::string_view line) {
    constexpr std::string_view kSpace = " \t\r\n";
    line.remove_prefix(line.find(':') + 1);
    const std::size_t first = line.find_first_not_of(kSpace);
    if (first == std::string_view::npos) {
        return {};
    }
    return line.substr(first, line.find_last_not_of(kSpace) - first + 1);
}

}  // namespace

CurlTransfer::CurlTransfer(const HttpLimits& limits, SocketLedger& sockets)
    : limits_(limits), sockets_(sockets), easy_(curl_easy_init()) {}

Result<void> CurlTransfer::prepare(HttpRequest request, HttpDone done, const std::string& origin) {
    const bool is_set_up = is_set_up_for(request);
    request_ = std::move(request);
    done_ = std::move(done);
    origin_ = origin;  // into the bytes it has
    fresh_ = false;
    if (is_set_up) {
        // Setting some fifty options anew costs as much as all else that is done for a small image.
        start_over();
        CURLcode code = curl_easy_setopt(easy_.get(), CURLOPT_URL, request_.url.c_str());
        if (code == CURLE_OK && request_.method == HttpMethod::post) {
            code = upload_.attach(easy_.get(), request_.parts);
        }
        if (code == CURLE_OK) {
            return {};
        }
    }
    for (const auto& lines : {request_.headers, request_.access ? header_lines(*request_.access)
                                                                : std::vector<std::string>()}) {
        if (auto checked = check_header_lines(lines); !checked) {
            return failed(std::move(checked).error().at_url(bare_url(request_.url)));
        }
    }
    if (set_options() != CURLE_OK) {
        return failed(cut(Reason::internal_error, "libcurl refused the settings of a request"));
    }
    return {};
}

bool CurlTransfer::is_set_up_for(const HttpRequest& request) const {
    return set_up_for_ && request.method == set_up_for_->method &&
           request.access == set_up_for_->access && request.timeouts == set_up_for_->timeouts &&
           request.headers == set_up_for_->headers &&
           request.follow_redirects == set_up_for_->follow_redirects &&
           (request.method != HttpMethod::post || !request.parts.empty()) &&
           request.url.starts_with("https:") == set_up_for_->url.starts_with("https:");
}

void CurlTransfer::start_over() {
    watch_ = TransferWatch(request_.timeouts, !request_.parts.empty());
    answer_ = {};
    header_bytes_ = 0;
    socket_errno_ = 0;
    secure_ = false;
    stale_ = false;
    stopped_.reset();
    curl_text_.front() = '\0';
}

Result<void> CurlTransfer::prepare_again() {
    fresh_ = true;
    if (set_options() != CURLE_OK) {
        return failed(cut(Reason::internal_error, "libcurl refused the settings of a request"));
    }
    return {};
}

CURLcode CurlTransfer::set_options() {
    if (!easy_) {
        return CURLE_FAILED_INIT;
    }
    curl_easy_reset(easy_.get());
    set_up_for_.reset();
    start_over();
    for (const auto step :
         {&CurlTransfer::set_security, &CurlTransfer::set_times, &CurlTransfer::set_callbacks,
          &CurlTransfer::set_headers, &CurlTransfer::set_request}) {
        if (const CURLcode code = (this->*step)(); code != CURLE_OK) {
            return code;
        }
    }
    const bool has_no_body = request_.method == HttpMethod::post && request_.parts.empty();
    if (!fresh_ && !has_no_body) {
        set_up_for_ = request_;
        set_up_for_->parts.clear();
    }
    return CURLE_OK;
}

CURLcode CurlTransfer::set_security() {
    // A redirect from https may lead to https only; on_request holds the same for later hops.
    const char* const redirects = request_.url.starts_with("https:") ? "https" : "http,https";
    OptionSetter options(easy_.get());
    options.set(CURLOPT_NOSIGNAL, 1L)
        .set(CURLOPT_PROTOCOLS_STR, "http,https")
        .set(CURLOPT_REDIR_PROTOCOLS_STR, redirects)
        .set(CURLOPT_MAXREDIRS, kMaxRedirects)
        .set(CURLOPT_UNRESTRICTED_AUTH, 0L)
        .set(CURLOPT_HTTP09_ALLOWED, 0L)
        .set(CURLOPT_NETRC, long{CURL_NETRC_IGNORED})
        .set(CURLOPT_SSLVERSION, long{CURL_SSLVERSION_TLSv1_2})
        .set(CURLOPT_SSL_VERIFYPEER, 1L)
        .set(CURLOPT_SSL_VERIFYHOST, 2L)
        .set(CURLOPT_PATH_AS_IS, 1L);
    return options.code() == CURLE_OK
               ? set_access(easy_.get(), request_.access.get(), limits_.ca_file)
               : options.code();
}

CURLcode CurlTransfer::set_times() {
    using std::chrono::ceil;
    using std::chrono::seconds;
    const HttpTimeouts& times = request_.timeouts;
    // libcurl reads 0 as "its own 300 s" here, where the operator means none.
    const long connect = times.connect.count() == 0 ? INT_MAX : curl_milliseconds(times.connect);
    return OptionSetter(easy_.get())
        .set(CURLOPT_CONNECTTIMEOUT_MS, connect)
        .set(CURLOPT_TIMEOUT_MS, curl_milliseconds(times.overall))
        .set(CURLOPT_MAXAGE_CONN, static_cast<long>(ceil<seconds>(limits_.idle_connection).count()))
        .set(CURLOPT_FRESH_CONNECT, fresh_ ? 1L : 0L)
        .set(CURLOPT_TCP_NODELAY, 1L)
        // Without it a hanging name server holds up the end of every request that waits for it.
        .set(CURLOPT_QUICK_EXIT, 1L)
        .code();
}

CURLcode CurlTransfer::set_callbacks() {
    return OptionSetter(easy_.get())
        .set(CURLOPT_PRIVATE, static_cast<void*>(this))
        .set(CURLOPT_ERRORBUFFER, curl_text_.data())
        .set(CURLOPT_HEADERFUNCTION, &CurlTransfer::on_header)
        .set(CURLOPT_HEADERDATA, static_cast<void*>(this))
        .set(CURLOPT_WRITEFUNCTION, &CurlTransfer::on_body)
        .set(CURLOPT_WRITEDATA, static_cast<void*>(this))
        .set(CURLOPT_PREREQFUNCTION, &CurlTransfer::on_request)
        .set(CURLOPT_PREREQDATA, static_cast<void*>(this))
        .set(CURLOPT_OPENSOCKETFUNCTION, &CurlTransfer::open_socket)
        .set(CURLOPT_OPENSOCKETDATA, static_cast<void*>(this))
        .set(CURLOPT_CLOSESOCKETFUNCTION, &SocketLedger::close_socket)
        .set(CURLOPT_CLOSESOCKETDATA, static_cast<void*>(&sockets_))
        .code();
}

CURLcode CurlTransfer::set_headers() {
    headers_.reset();
    std::vector<std::string> lines = request_.headers;
    if (request_.access) {
        std::ranges::move(header_lines(*request_.access), std::back_inserter(lines));
    }
    if (request_.method == HttpMethod::post) {
        // Waiting for "100 Continue" costs a round trip and servers that do not know it a second.
        // Only here, since libcurl would sign the empty header of a request that has no body.
        lines.emplace_back("Expect:");
    }
    if (!request_.parts.empty()) {
        lines.push_back(upload_.header_line());
    }
    for (const std::string& line : lines) {
        curl_slist* const longer = curl_slist_append(headers_.get(), line.c_str());
        if (longer == nullptr) {
            return CURLE_OUT_OF_MEMORY;
        }
        if (!headers_) {
            headers_.reset(longer);  // later ones are hung on the same first line
        }
    }
    return OptionSetter(easy_.get()).set(CURLOPT_HTTPHEADER, headers_.get()).code();
}

CURLcode CurlTransfer::set_request() {
    const bool is_post = request_.method == HttpMethod::post;
    const std::string agent = fmt::format("ffdump/{}", version_text());
    OptionSetter options(easy_.get());
    options.set(CURLOPT_URL, request_.url.c_str())
        .set(CURLOPT_USERAGENT, agent.c_str())
        .set(CURLOPT_FOLLOWLOCATION, request_.follow_redirects && !is_post ? 1L : 0L)
        .set(CURLOPT_NOBODY, request_.method == HttpMethod::head ? 1L : 0L);
    if (options.code() != CURLE_OK || !is_post) {
        return options.code();
    }
    if (request_.parts.empty()) {
        return options.set(CURLOPT_POST, 1L)
            .set(CURLOPT_POSTFIELDSIZE, 0L)
            .set(CURLOPT_POSTFIELDS, "")
            .code();
    }
    return upload_.attach(easy_.get(), request_.parts);
}

std::size_t CurlTransfer::on_header(char* bytes, std::size_t size, std::size_t count,
                                    void* self) noexcept {
    try {
        return static_cast<CurlTransfer*>(self)->take_header({bytes, size * count}) ? size * count
                                                                                    : 0;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

void CurlTransfer::note_received(std::size_t bytes) {
    // Asking for the time at each line of a header would cost more than all else done with it.
    if (watch_.has_answer()) {
        watch_.received_more(bytes);
    } else {
        watch_.received(std::chrono::steady_clock::now(), bytes);
    }
}

bool CurlTransfer::take_header(std::string_view line) {
    note_received(line.size());
    header_bytes_ += line.size();
    if (header_bytes_ > kMaxHeaderBytes) {
        stop(Reason::answer_malformed,
             fmt::format("the answer's headers are over {} KiB", kMaxHeaderBytes >> 10U));
        return false;
    }
    if (line.starts_with("HTTP/")) {
        answer_ = {};  // a later answer of the same exchange: after 100, or after a redirect
    } else if (starts_with_name(line, "content-type")) {
        answer_.content_type = header_value(line);
    } else if (starts_with_name(line, "content-encoding")) {
        answer_.content_encoding = header_value(line);
    } else if (starts_with_name(line, "date")) {
        answer_.date = header_value(line);
    } else if (starts_with_name(line, "retry-after")) {
        answer_.retry_after =
            parse_retry_after(header_value(line), std::chrono::system_clock::now());
    }
    return true;
}

std::size_t CurlTransfer::on_body(char* bytes, std::size_t size, std::size_t count,
                                  void* self) noexcept {
    try {
        return static_cast<CurlTransfer*>(self)->take_body({bytes, size * count}) ? size * count
                                                                                  : 0;
    } catch (const std::bad_alloc&) {
        return 0;
    }
}

bool CurlTransfer::take_body(std::string_view bytes) {
    note_received(bytes.size());
    if (bytes.size() <= request_.max_body - std::min(request_.max_body, answer_.body.size())) {
        answer_.body += bytes;
        return true;
    }
    long status = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
    if (status / 100 == 2) {
        stop(Reason::answer_too_large,
             fmt::format("the answer is over {} bytes", request_.max_body));
    } else {
        stop(Reason::answer_malformed,
             fmt::format("status {} with a body over {} bytes", status, request_.max_body));
    }
    return false;
}

int CurlTransfer::on_request(void* self, char*, char*, int, int local_port) noexcept {
    return static_cast<CurlTransfer*>(self)->may_go_out(local_port) ? CURL_PREREQFUNC_OK
                                                                    : CURL_PREREQFUNC_ABORT;
}

bool CurlTransfer::may_go_out(int local_port) {
    const char* scheme = nullptr;
    curl_easy_getinfo(easy_.get(), CURLINFO_SCHEME, &scheme);
    const bool is_secure = scheme != nullptr && strcasecmp(scheme, "https") == 0;
    if (secure_ && !is_secure) {
        stop(Reason::answer_malformed, "a redirect leads from https to http");
        return false;
    }
    secure_ = is_secure;
    // A TLS connection may hold a session ticket here, which is no answer.
    if (!is_secure && !fresh_ && sockets_.has_unasked_bytes(local_port)) {
        stale_ = true;
        stop(Reason::connection_lost, "the connection holds bytes that were not asked for");
        return false;
    }
    sent_ = 0;
    watch_.connected(std::chrono::steady_clock::now(), !request_.parts.empty());
    return true;
}

/// libcurl takes a body in large pieces: only what the kernel took of it has gone out.
void CurlTransfer::note_sent(Clock::Instant now) {
    if (!watch_.is_uploading()) {
        return;
    }
    curl_off_t sent = 0;
    curl_easy_getinfo(easy_.get(), CURLINFO_SIZE_UPLOAD_T, &sent);
    const auto all = static_cast<std::size_t>(sent);
    watch_.uploaded(now, all - std::min(all, sent_), all >= upload_.size());
    sent_ = all;
}

std::optional<std::string> CurlTransfer::overdue(Clock::Instant now) {
    note_sent(now);
    return watch_.overdue(now);
}

std::optional<Clock::Instant> CurlTransfer::next_check(Clock::Instant now) {
    note_sent(now);
    const std::optional<Clock::Instant> next = watch_.next_check();
    return next && watch_.is_uploading() ? std::min(*next, now + kLookAtUpload) : next;
}

curl_socket_t CurlTransfer::open_socket(void* self, curlsocktype, curl_sockaddr* address) noexcept {
    auto& transfer = *static_cast<CurlTransfer*>(self);
    const int made = transfer.sockets_.open_socket(*address);
    transfer.socket_errno_ = made < 0 ? errno : 0;
    return made < 0 ? CURL_SOCKET_BAD : made;
}

void CurlTransfer::stop(Reason reason, std::string detail) {
    stopped_ = Error(reason, std::move(detail));
}

Result<HttpAnswer> CurlTransfer::finish(CURLcode code) {
    if (code == CURLE_OK) {
        long status = 0;
        char* redirect = nullptr;
        curl_easy_getinfo(easy_.get(), CURLINFO_RESPONSE_CODE, &status);
        curl_easy_getinfo(easy_.get(), CURLINFO_REDIRECT_URL, &redirect);
        answer_.status = static_cast<int>(status);
        answer_.redirect_url = redirect == nullptr ? "" : redirect;
        return std::move(answer_);
    }
    const std::string place = bare_url(request_.url);
    if (stopped_) {
        return failed(Error(*stopped_).at_url(place));
    }
    return failed(transfer_error({code, curl_text_.data(), &watch_, socket_errno_}).at_url(place));
}

Error CurlTransfer::cut(Reason reason, std::string detail) const {
    return Error(reason, std::move(detail)).at_url(bare_url(request_.url));
}

HttpDone CurlTransfer::release() {
    upload_.clear();
    if (!set_up_for_) {
        headers_.reset();
    }
    request_ = {};
    answer_ = {};
    return std::exchange(done_, nullptr);
}

}  // namespace ffdump
