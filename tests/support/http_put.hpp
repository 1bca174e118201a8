// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <curl/curl.h>

#include <memory>
#include <stdexcept>
#include <string>
#include <string_view>

namespace ffdump {

/// As whom a test fills a server.
struct PutAccess {
    std::string user;
    std::string password;
    std::string sigv4;  ///< "aws:amz:us-east-1:s3"; empty = Basic when there is a user
    std::string ca_file;
};

/// PUTs `body` by libcurl itself, not by the code under test; throws unless the status is 2xx.
inline void http_put(const std::string& url, std::string_view body, const PutAccess& access = {}) {
    const std::unique_ptr<CURL, void (*)(CURL*)> easy(curl_easy_init(), curl_easy_cleanup);
    curl_slist* lines = curl_slist_append(nullptr, "x-amz-content-sha256: UNSIGNED-PAYLOAD");
    const std::unique_ptr<curl_slist, void (*)(curl_slist*)> owner(lines, curl_slist_free_all);
    const auto set = [&easy](CURLoption option, auto value) {
        curl_easy_setopt(easy.get(), option, value);
    };
    set(CURLOPT_URL, url.c_str());
    set(CURLOPT_PROXY, "");
    set(CURLOPT_CUSTOMREQUEST, "PUT");
    set(CURLOPT_POSTFIELDSIZE, static_cast<long>(body.size()));
    set(CURLOPT_COPYPOSTFIELDS, std::string(body).append(1, '\0').data());
    set(CURLOPT_HTTPHEADER, lines);
    set(CURLOPT_TIMEOUT, 60L);
    set(
        CURLOPT_WRITEFUNCTION,
        +[](char*, std::size_t size, std::size_t count, void*) { return size * count; });
    if (!access.user.empty()) {
        set(CURLOPT_USERNAME, access.user.c_str());
        set(CURLOPT_PASSWORD, access.password.c_str());
    }
    if (!access.sigv4.empty()) {
        set(CURLOPT_AWS_SIGV4, access.sigv4.c_str());
    }
    if (!access.ca_file.empty()) {
        set(CURLOPT_CAINFO, access.ca_file.c_str());
    }
    long status = 0;
    const CURLcode code = curl_easy_perform(easy.get());
    curl_easy_getinfo(easy.get(), CURLINFO_RESPONSE_CODE, &status);
    if (code != CURLE_OK || status / 100 != 2) {
        throw std::runtime_error("PUT " + url + ": " + curl_easy_strerror(code) + ", status " +
                                 std::to_string(status));
    }
}

}  // namespace ffdump
