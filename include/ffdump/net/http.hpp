// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/net/http_access.hpp"

#include <chrono>
#include <cstddef>
#include <functional>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Bytes shared between a request and whoever may have to send them again; never copied.
using SharedBytes = std::shared_ptr<const std::string>;

/// One part of a multipart/form-data body.
struct HttpPart {
    std::string name;
    std::string file_name;     ///< empty = a plain field
    std::string content_type;  ///< empty = none sent
    SharedBytes bytes;
};

struct HttpTimeouts {
    std::chrono::milliseconds connect{5000};
    std::chrono::milliseconds response_header{30000};
    std::chrono::milliseconds overall{35000};
    friend bool operator==(const HttpTimeouts&, const HttpTimeouts&) = default;
};

enum class HttpMethod : unsigned char { get, head, post };

struct HttpRequest {
    HttpMethod method = HttpMethod::get;
    std::string url;                   ///< http or https only
    std::vector<std::string> headers;  ///< "Name: value"; CR and LF are refused
    std::vector<HttpPart> parts;       ///< body of a post
    HttpTimeouts timeouts;
    std::size_t max_body = 1U << 20U;  ///< an answer over this is cut and is an error
    bool follow_redirects = false;     ///< get, head: at most 3, http/https, never https to http
    SharedAccess access;               ///< null = plain: no credentials, no proxy, HTTP/1.1
};

/// Any answer with a status, good or bad: what a status means is the caller's to say.
struct HttpAnswer {
    int status = 0;
    std::string body;
    std::string content_type;
    std::string content_encoding;
    std::string date;          ///< the server's clock, as it says it
    std::string redirect_url;  ///< absolute; where a redirect that was not followed leads
    std::optional<std::chrono::milliseconds> retry_after;  ///< seconds or date, not yet capped
};

/// Errors: `name_unresolved`, `connection_failed`, `connection_lost`, `request_timed_out` (its text
/// names which time-out), `tls_failed`, `answer_too_large` (of an answer with status 2xx; the size
/// of an error page says nothing about what was asked for), `answer_malformed`,
/// `out_of_descriptors`, `config_invalid` (URL or header that must not be sent), `interrupted`
/// (cancelled), each with the URL (no user info, no query) as place.
using HttpDone = std::function<void(Result<HttpAnswer>)>;

/// Sends requests; many in flight, one thread of its own. `send` may be called from any thread and
/// never blocks; `done` is called exactly once, on the transport's thread, and must not throw.
class HttpTransport {
 public:
    virtual ~HttpTransport() = default;
    virtual void send(HttpRequest request, HttpDone done) = 0;
    /// Ends every request in flight with `interrupted`, and later ones at once.
    virtual void cancel_all() = 0;
};

struct HttpLimits {
    std::size_t connections_per_host = 64;
    std::chrono::milliseconds idle_connection{60000};  ///< 0 = kept as long as they live
    std::string ca_file;                               ///< empty = the system's
};

/// libcurl's multi interface on one event loop thread. The destructor cancels and joins. Proxies of
/// the environment are not used, since images must not leave by surprise. A transfer slower than
/// 1 KiB/s over 30 s is cut, the wait for an answer not counted. Removes SSLKEYLOGFILE from the
/// environment, so call it before other threads start.
[[nodiscard]] std::unique_ptr<HttpTransport> make_curl_transport(HttpLimits limits);

/// "http://host:80" of an absolute http or https URL: lower case, the port always there. Fails with
/// `config_invalid` when libcurl, which will use the URL, cannot parse it.
[[nodiscard]] Result<std::string> url_origin(std::string_view url);

/// The URL without user info, query and fragment: for messages and logs.
[[nodiscard]] std::string bare_url(std::string_view url);

}  // namespace ffdump
