// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "curl_handles.hpp"
#include "transfer_watch.hpp"

#include "ffdump/net/http.hpp"

#include <cstddef>
#include <vector>

namespace ffdump {

/// The multipart body of one post, read by libcurl straight from the parts' shared bytes, from the
/// start again when a request is resent. Must stay in place and outlive the transfer.
class UploadBody {
 public:
    /// Gives the form to `easy`. `watch` hears of each byte handed out.
    [[nodiscard]] CURLcode attach(CURL* easy, const std::vector<HttpPart>& parts,
                                  TransferWatch& watch);
    /// Frees the form; the bytes of the parts are held no longer.
    void clear() noexcept;

 private:
    struct Cursor {
        UploadBody* body = nullptr;
        SharedBytes bytes;
        std::size_t position = 0;
    };

    static std::size_t read(char* buffer, std::size_t size, std::size_t count,
                            void* cursor) noexcept;
    static int seek(void* cursor, curl_off_t offset, int origin) noexcept;
    [[nodiscard]] CURLcode add(const HttpPart& part, Cursor& cursor);

    CurlMime mime_;
    std::vector<Cursor> cursors_;
    TransferWatch* watch_ = nullptr;
};

}  // namespace ffdump
