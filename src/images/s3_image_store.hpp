// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http_reach.hpp"
#include "image_name.hpp"
#include "s3_bucket_list.hpp"
#include "s3_place.hpp"

#include "ffdump/images/image_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

namespace ffdump {

/// Images from a bucket of an S3 service: key = normalized_id after the rules for ids. With keys
/// every request is signed (AWS Signature V4, by libcurl). Without keys the objects are read from
/// public-url when there is one, else asked for unsigned. Redirects are not followed: S3 uses them
/// to say that bucket and endpoint do not fit. `done` is called on the transport's thread.
class S3ImageStore final : public ImageStore {
 public:
    /// `transport` must outlive it.
    S3ImageStore(S3Settings settings, S3Place place, ImageNames names, HttpReach reach,
                 HttpTransport& transport);

    void fetch(std::string normalized_id, ImageDone done) override;
    void check(std::string normalized_id, PresenceDone done) override;
    void prepare_checks(std::uint64_t images, ChecksPrepared done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    /// Whether objects are read from public-url, where no bucket can be listed.
    [[nodiscard]] bool is_public() const noexcept;
    [[nodiscard]] Result<std::string> url_of(const std::string& normalized_id) const;
    void check_in_list(const std::string& normalized_id, const PresenceDone& done) const;
    [[nodiscard]] Error error_of(const HttpAnswer& answer) const;
    void look(std::string url, HttpMethod method, PresenceDone done);

    S3Settings settings_;
    S3Place place_;
    ImageNames names_;
    HttpReach reach_;
    HttpTransport& transport_;
    std::optional<S3BucketList> list_;
};

/// The access with which requests to this bucket are signed; the plain one when there are no keys.
[[nodiscard]] SharedAccess signing_access(const S3Settings& settings, const SharedAccess& plain);

}  // namespace ffdump
