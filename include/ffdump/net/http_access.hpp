// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/secret.hpp"

#include <cstdint>
#include <memory>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// `any`: what the server offers, the safest first (digest before basic), which costs a request
/// without credentials per connection. `sigv4`: AWS Signature Version 4, made by libcurl.
enum class HttpAuth : std::uint8_t { none, basic, digest, any, bearer, sigv4 };

/// How one service is reached: as whom, through what, with which certificates. Immutable and shared
/// by all requests to the service. Whoever sends credentials decides by the origin of each URL
/// whether they may go there; the transport sends what it is given.
struct HttpAccess {
    HttpAuth auth = HttpAuth::none;
    Secret user;              ///< sigv4: the access key
    Secret password;          ///< bearer: the token; sigv4: the secret access key
    std::string sigv4_scope;  ///< "aws:amz:REGION:SERVICE"
    /// Name and value; signed with sigv4. A value is a secret as often as not.
    std::vector<std::pair<std::string, Secret>> headers;

    std::string proxy;  ///< "http://HOST:PORT"; empty = none, whatever the environment says
    Secret proxy_user;
    Secret proxy_password;

    std::string ca_file;             ///< empty = the transport's
    std::string client_certificate;  ///< PEM file, perhaps with the key in it
    std::string client_key;          ///< PEM file; empty = the certificate's
    Secret client_key_password;

    bool http2 = false;  ///< over TLS where the server offers it; else HTTP/1.1
};

using SharedAccess = std::shared_ptr<const HttpAccess>;

}  // namespace ffdump
