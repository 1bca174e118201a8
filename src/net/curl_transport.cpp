// SPDX-License-Identifier: Apache-2.0
#include "curl_transfer.hpp"
#include "known_base.hpp"
#include "signals_blocked.hpp"
#include "socket_poll.hpp"
#include "transfer_pool.hpp"

#include "ffdump/net/http.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <atomic>
#include <condition_variable>
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

struct Ended {
    HttpDone done;
    Result<HttpAnswer> result;
};

/// Requests to one origin. Those over the limit wait here and not inside libcurl, where their
/// time-outs would already run.
struct Lane {
    std::size_t active = 0;
    std::deque<Posted> waiting;
};

constexpr std::string_view kCancelledText = "the request was cancelled";

/// curl_global_init is not to be undone while other transports may live: once per process.
bool is_curl_ready() {
    static const CURLcode code = curl_global_init(CURL_GLOBAL_DEFAULT);
    return code == CURLE_OK;
}

class CurlTransport final : public HttpTransport {
 public:
    explicit CurlTransport(HttpLimits limits)
        : limits_(std::move(limits)),
          poll_(sockets_),
          multi_(poll_.is_open() && is_curl_ready() ? curl_multi_init() : nullptr) {
        limits_.connections_per_host = std::max<std::size_t>(limits_.connections_per_host, 1);
        set_up_multi();
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
    static constexpr std::chrono::milliseconds kLookEvery{2};

    static int on_socket(CURL* easy, curl_socket_t socket, int what, void* self,
                         void* of_socket) noexcept;
    static int on_timer(CURLM* multi, long milliseconds, void* self) noexcept;

    void set_up_multi();
    void wake();
    void run() noexcept;
    void admit();
    void admit_one(Posted posted);
    void start_ready();
    void start_one(Lane& lane, const std::string& origin);
    void act(curl_socket_t socket, int events);
    void act_in_time();
    void reap();
    void end_overdue();
    void end_all(Reason reason, std::string_view detail);
    void wait_and_act();
    [[nodiscard]] bool is_finished();
    void settle(CurlTransfer& transfer, Result<HttpAnswer> result);
    void hand_out();
    [[nodiscard]] int next_wait_ms();

    HttpLimits limits_;
    SocketLedger sockets_;
    SocketPoll poll_;
    CurlMulti multi_;
    std::atomic<bool> cancelled_{false};

    std::mutex mutex_;
    bool stopping_ = false;
    std::vector<Posted> inbox_;
    std::condition_variable refused_;  ///< stands in for libcurl's wake-up when it did not start

    // From here on the loop's own.
    std::optional<Clock::Instant> curl_is_due_;  ///< when libcurl wants to be called
    KnownBase base_;
    std::map<std::string, Lane> lanes_;
    TransferPool transfers_{limits_, sockets_};
    std::vector<Ended> ended_;  ///< handed out once a turn, so that one wake-up serves them all
    Clock::Instant next_look_;  ///< at the transfers' times: not after every single answer
    Clock::Instant looked_at_;
    std::thread loop_;
};

void CurlTransport::set_up_multi() {
    if (!multi_) {
        return;
    }
    // Twice, so that connections to storage and extraction-api do not push each other out.
    curl_multi_setopt(multi_.get(), CURLMOPT_MAXCONNECTS,
                      static_cast<long>(2 * limits_.connections_per_host));
    // libcurl's own loop asks every transfer in every turn, and each with a call of the kernel.
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETFUNCTION, &CurlTransport::on_socket);
    curl_multi_setopt(multi_.get(), CURLMOPT_SOCKETDATA, static_cast<void*>(this));
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERFUNCTION, &CurlTransport::on_timer);
    curl_multi_setopt(multi_.get(), CURLMOPT_TIMERDATA, static_cast<void*>(this));
}

int CurlTransport::on_socket(CURL*, curl_socket_t socket, int what, void* self, void*) noexcept {
    return static_cast<CurlTransport*>(self)->poll_.want(socket, what) ? 0 : -1;
}

int CurlTransport::on_timer(CURLM*, long milliseconds, void* self) noexcept {
    auto& due = static_cast<CurlTransport*>(self)->curl_is_due_;
    due.reset();
    if (milliseconds >= 0) {
        due = std::chrono::steady_clock::now() + std::chrono::milliseconds(milliseconds);
    }
    return 0;
}

void CurlTransport::wake() {
    if (multi_) {
        poll_.wake();
    } else {
        refused_.notify_one();
    }
}

void CurlTransport::run() noexcept {
    while (!is_finished()) {
        admit();
        start_ready();
        act_in_time();
        reap();
        start_ready();  // again: what has just ended made room
        end_overdue();
        hand_out();  // after the next requests went out, so that the server need not wait for us
        wait_and_act();
    }
    transfers_.clear();
    multi_.reset();  // on this thread: it closes connections, which may write to them
}

bool CurlTransport::is_finished() {
    const std::lock_guard lock(mutex_);
    return stopping_ && transfers_.active().empty() && ended_.empty() && inbox_.empty();
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
    CurlTransfer& started = transfers_.take(posted.request.method);
    Result<void> prepared =
        started.prepare(std::move(posted.request), std::move(posted.done), origin);
    if (prepared && curl_multi_add_handle(multi_.get(), started.easy()) != CURLM_OK) {
        prepared = failed(started.cut(Reason::internal_error, "libcurl refused the request"));
    }
    if (!prepared) {
        settle(started, failed(std::move(prepared).error()));
    }
}

void CurlTransport::act(curl_socket_t socket, int events) {
    int running = 0;
    const CURLMcode code = curl_multi_socket_action(multi_.get(), socket, events, &running);
    if (code != CURLM_OK) {
        end_all(Reason::internal_error, curl_multi_strerror(code));
    }
}

/// Begins the requests that were started, and lets libcurl look at its own time-outs.
void CurlTransport::act_in_time() {
    if (curl_is_due_ && *curl_is_due_ <= std::chrono::steady_clock::now()) {
        curl_is_due_.reset();
        act(CURL_SOCKET_TIMEOUT, 0);
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
    for (const auto& transfer : transfers_.active()) {
        if (std::optional<std::string> why = transfer->overdue(now)) {
            overdue.emplace_back(transfer.get(), std::move(*why));
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
    cut.reserve(transfers_.active().size());
    for (const auto& transfer : transfers_.active()) {
        cut.push_back(transfer.get());
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
    ended_.push_back({transfer.release(), std::move(result)});
    transfers_.give_back(transfer);
}

void CurlTransport::hand_out() {
    std::vector<Ended> ended = std::exchange(ended_, {});
    for (Ended& end : ended) {
        end.done(std::move(end.result));
    }
}

int CurlTransport::next_wait_ms() {
    using std::chrono::ceil;
    using std::chrono::milliseconds;
    constexpr milliseconds kLongest{1000};  // wake-ups end it earlier
    const Clock::Instant now = std::chrono::steady_clock::now();
    milliseconds wait = kLongest;
    if (now < looked_at_ + kLookEvery) {
        wait = kLookEvery;  // soon enough for any time-out
    } else {
        looked_at_ = now;
        for (const auto& transfer : transfers_.active()) {
            if (const std::optional<Clock::Instant> next = transfer->next_check(now)) {
                wait = std::min(wait, ceil<milliseconds>(*next - now));
            }
        }
    }
    if (curl_is_due_) {
        wait = std::min(wait, ceil<milliseconds>(*curl_is_due_ - now));
    }
    return static_cast<int>(std::max(wait, milliseconds(0)).count());
}

void CurlTransport::wait_and_act() {
    if (multi_) {
        for (const SocketPoll::Ready& ready : poll_.wait(next_wait_ms())) {
            act(ready.socket, ready.events);
        }
        reap();
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
