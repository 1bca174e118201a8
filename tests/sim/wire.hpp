// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstddef>
#include <mutex>
#include <string_view>
#include <vector>

namespace ffdump {

/// One accepted connection: buffered reading, whole writing, and the rude endings that a real
/// server only shows by accident. Owns its socket. One thread uses it; `interrupt` alone may be
/// called from another.
class Wire {
 public:
    explicit Wire(int socket) : socket_(socket) {}
    ~Wire();
    Wire(const Wire&) = delete;
    Wire& operator=(const Wire&) = delete;

    /// What was read and not consumed yet. Valid until the next `need` or `consume`.
    [[nodiscard]] std::string_view pending() const noexcept;
    /// The same bytes for in-place decoding.
    [[nodiscard]] char* pending_data() noexcept { return buffer_.data() + begin_; }
    /// Reads until at least `bytes` are pending; false when the peer ends first.
    [[nodiscard]] bool need(std::size_t bytes);
    void consume(std::size_t bytes) noexcept;

    /// Writes all of it; false when the peer is gone.
    bool write(std::string_view bytes);
    /// Waits until the peer goes (or `interrupt`); what it still sends is thrown away.
    void wait_until_gone();
    /// Ends with a TCP reset: SO_LINGER with zero time.
    void reset();
    /// Ends in an orderly way: no more bytes, then drains the peer for a bounded time so that a
    /// reset does not overtake an answer that was sent before the request was read to its end.
    void finish();
    /// Wakes every blocked call above and lets them fail. Thread-safe.
    void interrupt();

    [[nodiscard]] unsigned peer_port() const;

 private:
    void close_socket();

    mutable std::mutex mutex_;  ///< guards the life of the descriptor against `interrupt`
    int socket_;
    std::vector<char> buffer_;
    std::size_t begin_ = 0;
    std::size_t end_ = 0;
};

}  // namespace ffdump
