// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "transfer_watch.hpp"

#include "ffdump/base/error.hpp"

#include <curl/curl.h>

#include <string_view>

namespace ffdump {

/// What is known when libcurl gives up on a transfer.
struct TransferFacts {
    CURLcode code = CURLE_OK;
    std::string_view curl_text;  ///< libcurl's error buffer; may repeat bytes of the other side
    const TransferWatch* watch = nullptr;
    int socket_errno = 0;  ///< of socket(2), 0 = it worked
};

/// The error of a transfer that failed inside libcurl; without place.
[[nodiscard]] Error transfer_error(const TransferFacts& facts);

}  // namespace ffdump
