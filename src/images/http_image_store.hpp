// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http_reach.hpp"
#include "image_name.hpp"

#include "ffdump/images/image_store.hpp"

#include <string>
#include <vector>

namespace ffdump {

/// Images from a WebDAV or any other HTTP server: upload-url + normalized_id, after the rules for
/// ids.
///
/// Redirects are followed here and not by the transport, since each target must be on an origin
/// that is allowed: at most 3, never from https to http. One that only adds a slash is a server's
/// way to say that the name is a folder. Credentials, headers and client certificate go to the
/// origin of upload-url and to no other. `done` is called on the transport's thread, or on the
/// caller's when the id is refused before anything is sent.
class HttpImageStore final : public ImageStore {
 public:
    /// `origins` are allowed beside that of `upload_url`. `transport` must outlive it.
    HttpImageStore(std::string upload_url, std::vector<std::string> origins, ImageNames names,
                   HttpReach reach, HttpTransport& transport);

    void fetch(std::string normalized_id, ImageDone done) override;
    void check(std::string normalized_id, PresenceDone done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    using AnswerDone = std::function<void(Result<HttpAnswer>)>;
    struct Order {
        HttpMethod method = HttpMethod::get;
        std::string url;
        unsigned redirects = 0;
        AnswerDone done;  ///< with an answer of status 200, or the error
    };

    void start(HttpMethod method, const std::string& normalized_id, AnswerDone done);
    void send(Order order);
    void take(Order order, Result<HttpAnswer> result);
    void follow(Order order, const HttpAnswer& answer);
    [[nodiscard]] bool is_allowed(const std::string& from, const std::string& to) const;
    [[nodiscard]] bool is_own(const std::string& url) const;

    HttpTransport& transport_;
    std::string upload_url_;
    std::string own_origin_;
    std::vector<std::string> origins_;  ///< as the operator wrote them
    ImageNames names_;
    HttpReach reach_;
};

}  // namespace ffdump
