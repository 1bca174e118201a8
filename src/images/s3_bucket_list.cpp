// SPDX-License-Identifier: Apache-2.0
#include "s3_bucket_list.hpp"

#include "s3_error.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>
#include <xxhash.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr unsigned kTries = 3;
/// 1000 keys of 1024 bytes, each percent-encoded, with what stands around them.
constexpr std::size_t kMostPageBytes = 8U << 20U;

std::uint64_t hash_of(std::string_view key) {
    return XXH3_64bits(key.data(), key.size());
}

/// Of the service for now: the same request may get an answer in a moment.
bool may_pass(const Error& error) {
    switch (error.reason()) {
        case Reason::service_overloaded:
        case Reason::connection_failed:
        case Reason::connection_lost:
        case Reason::request_timed_out:
            return true;
        default:
            return false;
    }
}

}  // namespace

S3BucketList::S3BucketList(Order order, HttpTransport& transport)
    : order_(std::move(order)), transport_(transport) {
    order_.reach.max_bytes = kMostPageBytes;
}

void S3BucketList::read(std::uint64_t images, ChecksPrepared done) {
    done_ = std::move(done);
    images_ = images;
    most_pages_ = images / kHeadsOfAPage;
    pages_ = 0;
    tries_ = 0;
    keys_.clear();
    is_whole_ = false;
    if (most_pages_ == 0) {
        give_up("so few take less than a list of the bucket");
        return;
    }
    ask("");
}

void S3BucketList::ask(std::string token) {
    HttpRequest request = order_.reach.request(
        HttpMethod::get, order_.place.list_url(order_.prefix, token), order_.reach.own);
    transport_.send(std::move(request),
                    [this, token = std::move(token)](Result<HttpAnswer> answer) {
                        take(token, std::move(answer));
                    });
}

void S3BucketList::take(const std::string& token, Result<HttpAnswer> answer) {
    if (!answer) {
        refused(token, answer.error());
    } else if (answer->status != 200) {
        refused(token, s3_error(*answer, order_.settings, order_.place.words()));
    } else if (Result<S3ListPage> page = parse_s3_list_page(answer->body); page) {
        take_page(token, std::move(*page));
    } else {
        refused(token, page.error());
    }
}

void S3BucketList::refused(const std::string& token, const Error& error) {
    if (may_pass(error) && ++tries_ < kTries) {
        ask(token);
        return;
    }
    give_up(fmt::format("the bucket is not listed ({})", printable(error.detail())));
}

void S3BucketList::take_page(const std::string& token, S3ListPage page) {
    ++pages_;
    tries_ = 0;
    for (const std::string& key : page.keys) {
        keys_.push_back(hash_of(key));
    }
    if (page.next.empty()) {
        std::ranges::sort(keys_);
        is_whole_ = true;
        std::exchange(done_, nullptr)(
            fmt::format("by a list of the bucket, {} objects in {} requests, where asking for each "
                        "takes {}",
                        keys_.size(), pages_, images_));
    } else if (page.next == token) {
        give_up("the bucket is not listed (its list goes on where it began)");
    } else if (pages_ >= most_pages_ || keys_.size() + S3ListPage::kMostKeys > kMostKeys) {
        give_up(fmt::format("the bucket holds more than {} objects, whose list would take longer",
                            keys_.size()));
    } else {
        ask(std::move(page.next));
    }
}

void S3BucketList::give_up(std::string_view why) {
    keys_ = {};
    std::exchange(done_, nullptr)(fmt::format("by a request for each of {}: {}", images_, why));
}

bool S3BucketList::has(std::string_view key) const {
    return std::ranges::binary_search(keys_, hash_of(key));
}

}  // namespace ffdump
