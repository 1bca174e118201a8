// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "http_reach.hpp"
#include "s3_list_page.hpp"
#include "s3_place.hpp"

#include "ffdump/images/image_store.hpp"

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Names of all objects of a bucket, as hashes of 64 bits: that one which is not there seems to be
/// happens once in 10^12 lookups among 16 million. Read page after page, one request at a time.
class S3BucketList {
 public:
    /// A page makes the storage walk over 1000 objects, while HEADs go out many at a time; it
    /// counts as this many of them.
    static constexpr std::uint64_t kHeadsOfAPage = 50;
    /// 128 MiB of hashes.
    static constexpr std::size_t kMostKeys = 16U << 20U;

    struct Order {
        S3Place place;
        std::string prefix;  ///< of all keys that will be asked for
        HttpReach reach;
        S3Settings settings;  ///< for the words of refusals
    };

    /// `transport` must outlive it, and its requests must have ended before it goes.
    S3BucketList(Order order, HttpTransport& transport);

    /// Reads the list, unless asking for each of `images` takes fewer requests, and stops when that
    /// turns out while reading. `done` is told in words which way is left and why; it is called
    /// once, on the transport's thread or within the call.
    void read(std::uint64_t images, ChecksPrepared done);
    /// Whether has() may be asked: once `done` was called.
    [[nodiscard]] bool is_whole() const noexcept { return is_whole_; }
    [[nodiscard]] bool has(std::string_view key) const;

 private:
    void ask(std::string token);
    void take(const std::string& token, Result<HttpAnswer> answer);
    void take_page(const std::string& token, S3ListPage page);
    void refused(const std::string& token, const Error& error);
    void give_up(std::string_view why);

    Order order_;
    HttpTransport& transport_;
    ChecksPrepared done_;
    std::uint64_t images_ = 0;
    std::uint64_t pages_ = 0;
    std::uint64_t most_pages_ = 0;
    unsigned tries_ = 0;
    std::vector<std::uint64_t> keys_;  ///< hashes; sorted when whole
    bool is_whole_ = false;
};

}  // namespace ffdump
