// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/net/http_access.hpp"

#include <curl/curl.h>

#include <string>
#include <vector>

namespace ffdump {

/// Puts credentials, proxy and certificates on `easy`; what it has no word for stays as it is.
/// `ca_file` holds when the access names none. A null access is one without anything.
[[nodiscard]] CURLcode set_access(CURL* easy, const HttpAccess* access, const std::string& ca_file);

/// The header lines of the access; a bearer token is libcurl's own business.
[[nodiscard]] std::vector<std::string> header_lines(const HttpAccess& access);

/// Fails with `config_invalid` when one is no line "Name: value" and might smuggle another.
[[nodiscard]] Result<void> check_header_lines(const std::vector<std::string>& lines);

}  // namespace ffdump
