// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

namespace ffdump {

/// What the log says of one request.
struct RequestFacts {
    std::string kind = "refused";  ///< extract, image, or refused (never came that far)
    std::uint64_t number = 0;      ///< among requests of its kind, from 1
    std::string method;
    std::string path;
    int status = 0;     ///< that is or would have been sent; 0 = none
    std::string fault;  ///< the --fault that met it, as given
    std::string error;  ///< why it was refused
    std::size_t body_bytes = 0;

    std::vector<std::string> names;      ///< of the image parts, in the order of the answers
    std::vector<std::size_t> sizes;      ///< of the images
    std::vector<std::string> digests;    ///< SHA-256 of the images
    std::vector<std::string> detectors;  ///< one an image
    std::string model;
    std::size_t in_flight = 0;
    std::chrono::microseconds waited{0};  ///< for a slot
    std::chrono::microseconds came{0};    ///< since the double's start
    std::chrono::microseconds decided{0};

    std::uint64_t connection = 0;     ///< connections are counted from 1
    std::uint64_t on_connection = 0;  ///< request of that connection, from 1
    unsigned peer_port = 0;
};

/// Appends one JSON line a request. Each line is one write(2) to a file opened with O_APPEND, so
/// lines stay whole whoever else writes. Thread-safe.
class RequestLog {
 public:
    /// No file when `path` is empty.
    explicit RequestLog(const std::string& path);
    ~RequestLog();
    RequestLog(const RequestLog&) = delete;
    RequestLog& operator=(const RequestLog&) = delete;

    [[nodiscard]] bool is_good() const noexcept { return good_; }
    void write(const RequestFacts& facts) const;

 private:
    int file_ = -1;
    bool good_ = true;
};

}  // namespace ffdump
