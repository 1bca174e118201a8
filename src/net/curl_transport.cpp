// SPDX-License-Identifier: Apache-2.0
#include "curl_transfer.hpp"

#include "ffdump/net/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
#include <csignal>
#include <cstdlib>
#include <deque>
#include <map>
#include <mutex>
#include <string>
#include <thread>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

struct Posted {
    HttpRequest request;
    HttpDone done;
};

/// Requests to one origin. Those over the limit wait here and not inside libcurl, where their
/// time-outs would already run.
struct Lane {
    std::size_t active = 0;
    std::deque<Posted> waiting;
};

/// Scheme, host and port of the last URL and their origin: most requests go where the last one
/// went, and parsing every URL twice shows.
class KnownBase {
 public:
    KnownBase() = default;
    KnownBase(const std::string& url, std::string origin)
        : base_(url.substr(0, url.find('/', url.find("://") + 3) + 1)),
          origin_(std::move(origin)) {}

    /// Only for URLs in which nothing is left that libcurl could find wrong.
    [[nodiscard]] bool is_base_of(std::string_view url) const {
        constexpr std::string_view kPlain =
            "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-._~/%";
        return base_.ends_with('/') && url.starts_with(base_) &&
               url.find_first_not_of(kPlain, base_.size()) == std::string_view::npos;
    }
    [[nodiscard]] const std::string& origin() const noexcept { return origin_; }

 private:
    std::string base_;
    std::string origin_;
};

constexpr std::string_view kCancelledText = "the request was cancelled";

/// curl_global_init is not to be undone while other transports may live: once per process.
bool is_curl_ready() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    return code == CURLE_OK;
}

/// Signals are for the main thread; SIGPIPE must not end the program when OpenSSL writes to a
/// connection that was closed.
class SignalsBlocked {
 public:
    SignalsBlocked() {
        sigset_t all;
        sigfillset(&all);
        pthread_sigmask(SIG_SETMASK, &all, &before_);
    }
    ~SignalsBlocked() { pthread_sigmask(SIG_SETMASK, &before_, nullptr); }
    SignalsBlocked(const SignalsBlocked&) = delete;
    SignalsBlocked& operator=(const SignalsBlocked&) = delete;

 private:
    sigset_t before_{};
};

class CurlTransport final : public HttpTransport {
 public:
    explicit CurlTransport(HttpLimits limits)
        : limits_(std::move(limits)), multi_(is_curl_ready() ? curl_multi_init() : nullptr) {
        limits_.connections_per_host = std::max<std::size_t>(limits_.connections_per_host, 1);
        if (multi_) {
            // Twice, so that connections to storage and extraction-api do not push each other out.
            curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                              static_cast<long>(2 * limits_.connections_per_host));
        }
        const SignalsBlocked blocked;
        loop_ = std::thread([this] { run(); });
    }

    ~CurlTransport() override {
        {
            const std::lock_guard lock(mutex_);  // the loop frees what wake() uses, not before
            cancelled_ = true;
            stopping_ = true;
            wake();
        }
        loop_.join();
    }
    CurlTransport(const CurlTransport&) = delete;
    CurlTransport& operator=(const CurlTransport&) = delete;

    void send(HttpRequest request, HttpDone done) override {
        {
            const std::lock_guard lock(mutex_);
            inbox_.push_back({std::move(request), std::move(done)});
            if (inbox_.size() != 1) {
                return;  // the loop was woken for the first and takes all at once
            }
        }
        wake();
    }

    void cancel_all() override {
        cancelled_ = true;
        wake();
    }

 private:
    using Clock = ffdump::Clock;
    static constexpr std::chrono::milliseconds kLookEvery{2};

    void wake();
    void run() noexcept;
    void admit();
    void admit_one(Posted posted);
    void start_ready();
    void start_one(Lane& lane, const std::string& origin);
    void drive();
    void reap();
    void end_overdue();
    void end_all(Reason reason, std::string_view detail);
    void wait();
    [[nodiscard]] bool is_finished();
    void settle(CurlTransfer& transfer, Result<HttpAnswer> result);
    [[nodiscard]] int next_wait_ms();

    HttpLimits limits_;
    SocketLedger sockets_;
    CurlMulti multi_;
    std::atomic<bool> cancelled_{false};

    std::mutex mutex_;
    bool stopping_ = false;
    std::vector<Posted> inbox_;
    std::condition_variable refused_;  ///< stands in for libcurl's wake-up when it did not start

    // From here on the loop's own.
    KnownBase base_;
    std::map<std::string, Lane> lanes_;
    std::map<CurlTransfer*, std::unique_ptr<CurlTransfer>> active_;
    std::vector<std::unique_ptr<CurlTransfer>> idle_;
    Clock::Instant next_look_;  ///< at the transfers' times: not after every single answer
    Clock::Instant looked_at_;
    std::thread loop_;
};

void CurlTransport::wake() {
    if (multi_) {
        curl_multi_wakeup(multi_.get());
    } else {
        refused_.notify_one();
    }
}

void CurlTransport::run() noexcept {
    while (!is_finished()) {
        admit();
        drive();
        start_ready();  // last: what has just ended makes room, and libcurl wakes up for new ones
        wait();
    }
    active_.clear();
    idle_.clear();
    multi_.reset();  // on this thread: it closes connections, which may write to them
}

bool CurlTransport::is_finished() {
    const std::lock_guard lock(mutex_);
    return stopping_ && active_.empty() && inbox_.empty();
}

void CurlTransport::admit() {
    std::vector<Posted> arrived;
    {
        const std::lock_guard lock(mutex_);
        arrived.swap(inbox_);
    }
    for (Posted& posted : arrived) {
        admit_one(std::move(posted));
    }
    if (cancelled_) {
        end_all(Reason::interrupted, kCancelledText);
    }
}

void CurlTransport::admit_one(Posted posted) {
    const auto refuse = [&posted](Error error) {
        posted.done(failed(std::move(error).at_url(bare_url(posted.request.url))));
    };
    if (cancelled_) {
        refuse(Error(Reason::interrupted, std::string(kCancelledText)));
        return;
    }
    if (!multi_) {
        refuse(Error(Reason::internal_error, "libcurl could not be started"));
        return;
    }
    if (!base_.is_base_of(posted.request.url)) {
        Result<std::string> origin = url_origin(posted.request.url);
        if (!origin) {
            refuse(std::move(origin).error());
            return;
        }
        base_ = KnownBase(posted.request.url, std::move(*origin));
    }
    lanes_[base_.origin()].waiting.push_back(std::move(posted));
}

void CurlTransport::start_ready() {
    for (auto lane = lanes_.begin(); lane != lanes_.end();) {
        const auto current = lane++;
        Lane& requests = current->second;
        while (!requests.waiting.empty() && requests.active < limits_.connections_per_host) {
            start_one(requests, current->first);
        }
        if (requests.active == 0 && requests.waiting.empty()) {
            lanes_.erase(current);
        }
    }
}

void CurlTransport::start_one(Lane& lane, const std::string& origin) {
    Posted posted = std::move(lane.waiting.front());
    lane.waiting.pop_front();
    ++lane.active;
    std::unique_ptr<CurlTransfer> transfer;
    if (idle_.empty()) {
        transfer = std::make_unique<CurlTransfer>(limits_, sockets_);
    } else {
        transfer = std::move(idle_.back());
        idle_.pop_back();
    }
    CurlTransfer& started = *transfer;
    active_.emplace(&started, std::move(transfer));
    Result<void> prepared =
        started.prepare(std::move(posted.request), std::move(posted.done), origin);
    if (prepared && curl_multi_add_handle(multi_.get(), started.easy()) != CURLM_OK) {
        prepared = failed(started.cut(Reason::internal_error, "libcurl refused the request"));
    }
    if (!prepared) {
        settle(started, failed(std::move(prepared).error()));
    }
}

void CurlTransport::drive() {
    if (!multi_) {
        return;
    }
    int running = 0;
    const CURLMcode code = curl_multi_perform(multi_.get(), &running);
    reap();
    end_overdue();
    if (code != CURLM_OK) {
        end_all(Reason::internal_error, curl_multi_strerror(code));
    }
}

void CurlTransport::reap() {
    int left = 0;
    while (const CURLMsg* const message = curl_multi_info_read(multi_.get(), &left)) {
        void* self = nullptr;
        // NOLINTNEXTLINE(cppcoreguidelines-pro-type-union-access): libcurl's own message type
        const CURLcode code = message->data.result;
        curl_easy_getinfo(message->easy_handle, CURLINFO_PRIVATE, &self);
        CurlTransfer& transfer = *static_cast<CurlTransfer*>(self);
        if (!transfer.is_on_stale_connection()) {
            settle(transfer, transfer.finish(code));
            continue;
        }
        curl_multi_remove_handle(multi_.get(), transfer.easy());
        if (Result<void> again = transfer.prepare_again(); !again) {
            settle(transfer, failed(std::move(again).error()));
        } else if (curl_multi_add_handle(multi_.get(), transfer.easy()) != CURLM_OK) {
            settle(transfer, failed(transfer.cut(Reason::internal_error, "libcurl refused")));
        }
    }
}

void CurlTransport::end_overdue() {
    const Clock::Instant now = std::chrono::steady_clock::now();
    if (now < next_look_) {
        return;
    }
    next_look_ = now + kLookEvery;
    std::vector<std::pair<CurlTransfer*, std::string>> overdue;
    for (const auto& [transfer, owner] : active_) {
        if (std::optional<std::string> why = transfer->watch().overdue(now)) {
            overdue.emplace_back(transfer, std::move(*why));
        }
    }
    for (auto& [transfer, why] : overdue) {
        settle(*transfer, failed(transfer->cut(Reason::request_timed_out, std::move(why))));
    }
}

void CurlTransport::end_all(Reason reason, std::string_view detail) {
    // done may post new requests, which is why nothing here is walked while it is called.
    const std::map<std::string, Lane> lanes = std::exchange(lanes_, {});
    std::vector<CurlTransfer*> cut;
    cut.reserve(active_.size());
    for (const auto& [transfer, owner] : active_) {
        cut.push_back(transfer);
    }
    for (CurlTransfer* const transfer : cut) {
        settle(*transfer, failed(transfer->cut(reason, std::string(detail))));
    }
    for (const auto& [origin, lane] : lanes) {
        for (const Posted& posted : lane.waiting) {
            posted.done(
                failed(Error(reason, std::string(detail)).at_url(bare_url(posted.request.url))));
        }
    }
}

void CurlTransport::settle(CurlTransfer& transfer, Result<HttpAnswer> result) {
    curl_multi_remove_handle(multi_.get(), transfer.easy());
    if (const auto lane = lanes_.find(transfer.origin()); lane != lanes_.end()) {
        --lane->second.active;
    }
    const auto entry = active_.find(&transfer);
    const HttpDone done = transfer.release();
    idle_.push_back(std::move(entry->second));
    active_.erase(entry);
    done(std::move(result));
}

int CurlTransport::next_wait_ms() {
    using std::chrono::ceil;
    using std::chrono::milliseconds;
    constexpr milliseconds kLongest{1000};  // libcurl's own times and wake-ups end it earlier
    const Clock::Instant now = std::chrono::steady_clock::now();
    if (now < looked_at_ + kLookEvery) {
        return static_cast<int>(kLookEvery.count());  // soon enough for any time-out
    }
    looked_at_ = now;
    milliseconds wait = kLongest;
    for (const auto& [transfer, owner] : active_) {
        if (const std::optional<Clock::Instant> next = transfer->watch().next_check()) {
            wait = std::min(wait, std::max(ceil<milliseconds>(*next - now), milliseconds(0)));
        }
    }
    return static_cast<int>(wait.count());
}

void CurlTransport::wait() {
    if (multi_) {
        curl_multi_poll(multi_.get(), nullptr, 0, next_wait_ms(), nullptr);
        return;
    }
    std::unique_lock lock(mutex_);
    refused_.wait(lock, [this] { return stopping_ || !inbox_.empty(); });
}

}  // namespace

std::unique_ptr<HttpTransport> make_curl_transport(HttpLimits limits) {
    unsetenv("SSLKEYLOGFILE");  // libcurl would write the session keys of every connection there
    return std::make_unique<CurlTransport>(std::move(limits));
}

}  // namespace ffdump
