// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/config/settings.hpp"
#include "ffdump/images/image_header.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/net/http.hpp"

#include <cstddef>
#include <string>

namespace ffdump {

/// How a storage over HTTP is asked, and what of an answer is believed.
struct HttpReach {
    SharedAccess own;      ///< to the storage itself: with its credentials
    SharedAccess foreign;  ///< to any other origin: the same way, without credentials
    HttpTimeouts timeouts;
    std::size_t max_bytes = 0;
    ImageBounds bounds;

    [[nodiscard]] HttpRequest request(HttpMethod method, std::string url,
                                      SharedAccess access) const;
};

[[nodiscard]] HttpReach make_reach(const Settings& settings, const StorageSettings& storage);

/// The image in an answer that says it holds one; else what is wrong with it.
[[nodiscard]] Result<Image> image_of_answer(HttpAnswer answer, const ImageBounds& bounds);

/// An error of the transport as an error of an image.
[[nodiscard]] Error transport_error(Error error, std::size_t max_bytes);

/// What an answer without an image says, by its status alone.
[[nodiscard]] Error status_error(const HttpAnswer& answer);

}  // namespace ffdump
