// SPDX-License-Identifier: Apache-2.0
#include "s3_bucket_list.hpp"

#include "support/scripted_transport.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

/// A list over a scripted server, and what it said in the end.
class Listing {
 public:
    explicit Listing(std::uint64_t images, std::string prefix = {})
        : list_({S3Place::of(settings()).value(), std::move(prefix), {}, settings()}, transport) {
        list_.read(images, [this](const std::string& said) { words.push_back(said); });
    }

    static S3Settings settings() {
        S3Settings made;
        made.endpoint = "http://ceph:7480";
        made.bucket_name = "faces";
        return made;
    }

    void answer(const std::vector<std::string>& keys, const std::string& next = {}) {
        std::string xml = "<ListBucketResult><IsTruncated>";
        xml += next.empty() ? "false</IsTruncated>" : "true</IsTruncated><NextContinuationToken>";
        xml += next.empty() ? "" : next + "</NextContinuationToken>";
        for (const std::string& key : keys) {
            xml += "<Contents><Key>" + key + "</Key></Contents>";
        }
        transport.answer(200, xml + "</ListBucketResult>");
    }
    [[nodiscard]] std::string said() const {
        REQUIRE(words.size() == 1);
        return words.front();
    }
    [[nodiscard]] const S3BucketList& list() const { return list_; }

    ScriptedTransport transport;
    std::vector<std::string> words;

 private:
    S3BucketList list_;
};

TEST_CASE("a bucket is listed page after page, with queries as Signature V4 wants them") {
    Listing of(100, "pre/");
    REQUIRE(of.transport.waiting() == 1);
    CHECK(of.transport.sent.at(0).url ==
          "http://ceph:7480/faces?encoding-type=url&list-type=2&prefix=pre%2F");
    of.answer({"pre/a.png", "pre/b.png"}, "1/x+=");
    CHECK(of.transport.sent.at(1).url ==
          "http://ceph:7480/faces"
          "?continuation-token=1%2Fx%2B%3D&encoding-type=url&list-type=2&prefix=pre%2F");
    CHECK_FALSE(of.list().is_whole());
    of.answer({"pre/c.png"});
    CHECK(of.said() ==
          "by a list of the bucket, 3 objects in 2 requests, where asking for each takes 100");
    CHECK(of.list().is_whole());
    CHECK(of.list().has("pre/a.png"));
    CHECK(of.list().has("pre/c.png"));
    CHECK_FALSE(of.list().has("pre/d.png"));
}

TEST_CASE("few images are asked for one by one without listing the bucket") {
    const Listing of(49);
    CHECK(of.transport.sent.empty());
    CHECK(of.said() == "by a request for each of 49: so few take less than a list of the bucket");
    CHECK_FALSE(of.list().is_whole());
}

TEST_CASE("a list is given up when it takes more than asking for each image") {
    Listing of(120);
    of.answer({"a"}, "1");
    of.answer({"b"}, "2");
    CHECK(of.transport.waiting() == 0);
    CHECK(of.said() ==
          "by a request for each of 120: the bucket holds more than 2 objects, whose list would "
          "take longer");
    CHECK_FALSE(of.list().is_whole());
}

TEST_CASE("a bucket that may not be listed is asked for each image") {
    Listing of(1000);
    of.transport.answer(403, "<Error><Code>AccessDenied</Code></Error>");
    CHECK(of.said().starts_with(
        "by a request for each of 1000: the bucket is not listed (AccessDenied: "));
}

TEST_CASE("a list that goes in a circle or is no list ends the listing") {
    Listing circle(1000);
    circle.answer({"a"}, "1");
    circle.answer({"a"}, "1");
    CHECK(circle.said() ==
          "by a request for each of 1000: the bucket is not listed (its list goes on where it "
          "began)");
    Listing page(1000);
    page.transport.answer(200, "<html>welcome</html>");
    CHECK(page.said() ==
          "by a request for each of 1000: the bucket is not listed (the list of the bucket is no "
          "ListBucketResult)");
    CHECK_FALSE(page.list().is_whole());
}

TEST_CASE("a page is asked for three times when the storage fails for the moment") {
    Listing of(1000);
    of.transport.answer(503, "<Error><Code>SlowDown</Code></Error>");
    of.transport.answer(failed(Reason::connection_lost, "gone"));
    CHECK(of.transport.sent.at(2).url == of.transport.sent.at(0).url);
    of.answer({"a"});
    CHECK(of.list().has("a"));
    Listing down(1000);
    for (int i = 0; i < 3; ++i) {
        down.transport.answer(503, "");
    }
    CHECK(down.transport.waiting() == 0);
    CHECK(down.said().starts_with("by a request for each of 1000: the bucket is not listed ("));
}

}  // namespace
}  // namespace ffdump
