// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/images/image_store.hpp"

#include <cstddef>
#include <string>
#include <vector>

namespace ffdump {

/// Images from a WebDAV or any other HTTP server: upload-url + normalized_id.
///
/// Redirects are followed here and not by the transport, since each target must be on an origin
/// that is allowed: at most 3, never from https to http. One that only adds a slash is a server's
/// way to say that the name is a folder. `done` is called on the transport's thread, or on the
/// caller's when the id is refused before anything is sent.
class HttpImageStore final : public ImageStore {
 public:
    /// `transport` must outlive it.
    HttpImageStore(const Settings& settings, HttpTransport& transport);

    void fetch(std::string normalized_id, ImageDone done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    struct Order {
        std::string url;
        unsigned redirects = 0;
        ImageDone done;
    };

    void send(Order order);
    void take(Order order, Result<HttpAnswer> result);
    void follow(Order order, const HttpAnswer& answer);
    [[nodiscard]] bool is_allowed(const std::string& from, const std::string& to) const;

    HttpTransport& transport_;
    std::string upload_url_;
    std::vector<std::string> origins_;  ///< as the operator wrote them
    HttpTimeouts timeouts_;
    std::size_t max_bytes_;
};

}  // namespace ffdump
