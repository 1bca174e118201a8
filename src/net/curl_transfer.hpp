// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "curl_handles.hpp"
#include "socket_ledger.hpp"
#include "transfer_watch.hpp"
#include "upload_body.hpp"

#include "ffdump/net/http.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// One request on one easy handle, used again for the next request. libcurl holds pointers to it,
/// so it stays where it is. Belongs to the event loop's thread.
class CurlTransfer {
 public:
    /// All header lines of one answer together; libcurl 7.88 bounds single lines only.
    static constexpr std::size_t kMaxHeaderBytes = 256U << 10U;

    /// `limits` and `sockets` must outlive it.
    CurlTransfer(const HttpLimits& limits, SocketLedger& sockets);
    ~CurlTransfer() = default;
    CurlTransfer(const CurlTransfer&) = delete;
    CurlTransfer& operator=(const CurlTransfer&) = delete;

    /// Sets the handle up for `request`; `fresh` makes a new connection in any case.
    [[nodiscard]] Result<void> prepare(HttpRequest request, HttpDone done,
                                       const std::string& origin);
    /// Sets the handle up for the same request on a connection of its own.
    [[nodiscard]] Result<void> prepare_again();
    /// Result of the transfer, once libcurl reports `code`.
    [[nodiscard]] Result<HttpAnswer> finish(CURLcode code);
    /// Result of a transfer that is cut from outside.
    [[nodiscard]] Error cut(Reason reason, std::string detail) const;
    /// Lets go of the request, its bytes and `done`, which is handed back.
    [[nodiscard]] HttpDone release();

    /// The connection that was to be reused holds bytes nobody asked for: an answer read from it
    /// might be that of another request. To be sent again, once, on a fresh connection.
    [[nodiscard]] bool is_on_stale_connection() const noexcept { return stale_ && !fresh_; }

    [[nodiscard]] CURL* easy() const noexcept { return easy_.get(); }
    /// Why it must be cut now, or nothing; to be asked at next_check() at the latest.
    [[nodiscard]] std::optional<std::string> overdue(Clock::Instant now);
    [[nodiscard]] std::optional<Clock::Instant> next_check(Clock::Instant now);
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

    /// Where its owner, TransferPool, keeps it.
    struct PoolPlace {
        std::size_t index = 0;
        HttpMethod method = HttpMethod::get;
    };
    PoolPlace pool_place;

 private:
    static std::size_t on_header(char* bytes, std::size_t size, std::size_t count,
                                 void* self) noexcept;
    static std::size_t on_body(char* bytes, std::size_t size, std::size_t count,
                               void* self) noexcept;
    static int on_request(void* self, char* remote_ip, char* local_ip, int remote_port,
                          int local_port) noexcept;
    static curl_socket_t open_socket(void* self, curlsocktype purpose,
                                     curl_sockaddr* address) noexcept;

    /// Whether the handle is set up for such a request already, but for URL and body.
    [[nodiscard]] bool is_set_up_for(const HttpRequest& request) const;
    void start_over();
    [[nodiscard]] CURLcode set_options();
    [[nodiscard]] CURLcode set_security();
    [[nodiscard]] CURLcode set_request();
    [[nodiscard]] CURLcode set_times();
    [[nodiscard]] CURLcode set_callbacks();
    [[nodiscard]] CURLcode set_headers();
    [[nodiscard]] bool may_go_out(int local_port);
    void note_received(std::size_t bytes);
    void note_sent(Clock::Instant now);
    [[nodiscard]] bool take_header(std::string_view line);
    [[nodiscard]] bool take_body(std::string_view bytes);
    void stop(Reason reason, std::string detail);

    const HttpLimits& limits_;
    SocketLedger& sockets_;
    CurlEasy easy_;
    CurlList headers_;
    UploadBody upload_;
    std::size_t sent_ = 0;  ///< of upload_, taken by the kernel
    TransferWatch watch_{{}, false};
    HttpRequest request_;
    std::optional<HttpRequest> set_up_for_;  ///< without URL and parts
    HttpDone done_;
    std::string origin_;
    HttpAnswer answer_;
    std::size_t header_bytes_ = 0;
    int socket_errno_ = 0;
    bool secure_ = false;
    bool stale_ = false;
    bool fresh_ = false;
    std::optional<Error> stopped_;  ///< why a callback of ours ended the transfer
    std::array<char, CURL_ERROR_SIZE> curl_text_{};
};

}  // namespace ffdump
