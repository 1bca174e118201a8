// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

namespace ffdump {

/// Sets options until one fails.
class OptionSetter {
 public:
    explicit OptionSetter(CURL* easy) : easy_(easy) {}

    template <class T>
    OptionSetter& set(CURLoption option, T value) {
        if (code_ == CURLE_OK) {
            code_ = curl_easy_setopt(easy_, option, value);
        }
        return *this;
    }
    [[nodiscard]] CURLcode code() const noexcept { return code_; }

 private:
    CURL* easy_;
    CURLcode code_ = CURLE_OK;
};

}  // namespace ffdump
