// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// What is wrong with a URL. Neither text holds any part of the URL: it may hold a password.
struct UrlFlaw {
    std::string text;  ///< goes on with the key: "has no host"
    std::string hint;
};

/// A service's base URL: http or https, a host, perhaps a port and a path; no user info, query,
/// fragment, blanks or control characters.
[[nodiscard]] std::optional<UrlFlaw> url_flaw(std::string_view url);

/// The same, and nothing behind host and port but perhaps one slash.
[[nodiscard]] std::optional<UrlFlaw> origin_flaw(std::string_view url);

/// `url` without user info, query and fragment, for texts that people see.
[[nodiscard]] std::string url_without_secrets(std::string_view url);

}  // namespace ffdump
