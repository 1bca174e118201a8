// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/net/http.hpp"

#include <curl/curl.h>

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// The multipart body of one post, read by libcurl straight from the parts' shared bytes, from the
/// start again when a request is resent. libcurl's own mime hands out one part at a time, each in a
/// packet of its own, and is made anew for every request. Must stay in place and outlive the
/// transfer; used again for the next one.
class UploadBody {
 public:
    /// libcurl gathers the body here before it is sent: some batch of usual images in one call.
    static constexpr long kBufferBytes = 256L << 10U;

    UploadBody();

    /// "Content-Type: ..." with the boundary, the same for every body.
    [[nodiscard]] const std::string& header_line() const noexcept { return header_line_; }

    /// Makes `easy` post the parts. Fails with CURLE_BAD_FUNCTION_ARGUMENT for a type that is no
    /// line.
    [[nodiscard]] CURLcode attach(CURL* easy, const std::vector<HttpPart>& parts);
    [[nodiscard]] std::size_t size() const noexcept { return size_; }
    /// The bytes of the parts are held no longer.
    void clear() noexcept;

 private:
    /// Of the framing, or all of a part.
    struct Piece {
        SharedBytes bytes;  ///< null = framing
        std::size_t begin = 0;
        std::size_t size = 0;
    };

    static std::size_t read(char* buffer, std::size_t size, std::size_t count, void* self) noexcept;
    static int seek(void* self, curl_off_t offset, int origin) noexcept;
    void frame(std::string_view text);
    [[nodiscard]] std::string_view text_of(const Piece& piece) const noexcept;

    std::string boundary_;
    std::string header_line_;
    std::string framing_;  ///< heads of the parts and the end, one after the other
    std::vector<Piece> pieces_;
    std::size_t size_ = 0;
    std::size_t piece_ = 0;  ///< the one that is read from
    std::size_t at_ = 0;     ///< within it
};

}  // namespace ffdump
