// SPDX-License-Identifier: Apache-2.0
#include "curl_access.hpp"

#include "option_setter.hpp"

namespace ffdump {
namespace {

void set_credentials(OptionSetter& options, const HttpAccess& access) {
    const auto set_user = [&](unsigned long schemes) {
        // Apart, since in one text a colon in the name would end it.
        options.set(CURLOPT_HTTPAUTH, schemes)
            .set(CURLOPT_USERNAME, access.user.reveal().c_str())
            .set(CURLOPT_PASSWORD, access.password.reveal().c_str());
    };
    switch (access.auth) {
        case HttpAuth::none:
            break;
        case HttpAuth::basic:
            set_user(CURLAUTH_BASIC);
            break;
        case HttpAuth::digest:
            set_user(CURLAUTH_DIGEST);
            break;
        case HttpAuth::any:
            set_user(CURLAUTH_DIGEST | CURLAUTH_BASIC);
            break;
        case HttpAuth::bearer:
            options.set(CURLOPT_HTTPAUTH, CURLAUTH_BEARER)
                .set(CURLOPT_XOAUTH2_BEARER, access.password.reveal().c_str());
            break;
        case HttpAuth::sigv4:
            options.set(CURLOPT_AWS_SIGV4, access.sigv4_scope.c_str())
                .set(CURLOPT_USERNAME, access.user.reveal().c_str())
                .set(CURLOPT_PASSWORD, access.password.reveal().c_str());
            break;
    }
}

void set_proxy(OptionSetter& options, const HttpAccess& access) {
    options.set(CURLOPT_PROXY, access.proxy.c_str())
        .set(CURLOPT_NOPROXY, "")  // else the environment's no_proxy would hold
        .set(CURLOPT_SUPPRESS_CONNECT_HEADERS, 1L);
    if (!access.proxy_user.empty()) {
        options.set(CURLOPT_PROXYAUTH, CURLAUTH_BASIC)
            .set(CURLOPT_PROXYUSERNAME, access.proxy_user.reveal().c_str())
            .set(CURLOPT_PROXYPASSWORD, access.proxy_password.reveal().c_str());
    }
}

void set_certificates(OptionSetter& options, const HttpAccess& access) {
    if (!access.client_certificate.empty()) {
        const std::string& key =
            access.client_key.empty() ? access.client_certificate : access.client_key;
        options.set(CURLOPT_SSLCERT, access.client_certificate.c_str())
            .set(CURLOPT_SSLKEY, key.c_str())
            .set(CURLOPT_KEYPASSWD, access.client_key_password.reveal().c_str());
    }
}

}  // namespace

CURLcode set_access(CURL* easy, const HttpAccess* access, const std::string& ca_file) {
    static const HttpAccess plain;
    const HttpAccess& used = access == nullptr ? plain : *access;
    const std::string& trusted = used.ca_file.empty() ? ca_file : used.ca_file;
    OptionSetter options(easy);
    if (!trusted.empty()) {
        options.set(CURLOPT_CAINFO, trusted.c_str()).set(CURLOPT_PROXY_CAINFO, trusted.c_str());
    }
    set_credentials(options, used);
    set_proxy(options, used);
    set_certificates(options, used);
    options.set(CURLOPT_HTTP_VERSION,
                long{used.http2 ? CURL_HTTP_VERSION_2TLS : CURL_HTTP_VERSION_1_1});
    if (used.http2) {
        // Rather a stream of a connection that is being made than a connection of its own.
        options.set(CURLOPT_PIPEWAIT, 1L);
    }
    return options.code();
}

std::vector<std::string> header_lines(const HttpAccess& access) {
    std::vector<std::string> lines;
    for (const auto& [name, value] : access.headers) {
        lines.push_back(name + ": " + value.reveal());
    }
    return lines;
}

Result<void> check_header_lines(const std::vector<std::string>& lines) {
    constexpr std::string_view kForbidden("\r\n\0", 3);
    for (const std::string& line : lines) {
        const bool is_whole = line.find_first_of(kForbidden) == std::string::npos &&
                              line.find(':') != std::string::npos;
        if (!is_whole) {
            return failed(Reason::config_invalid, "a request header is not a line \"Name: value\"");
        }
    }
    return {};
}

}  // namespace ffdump
