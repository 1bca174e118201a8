// SPDX-License-Identifier: Apache-2.0
#include "s3_list_page.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

std::string page(const std::string& inside) {
    return "<?xml version=\"1.0\" encoding=\"UTF-8\"?>\n<ListBucketResult "
           "xmlns=\"http://s3.amazonaws.com/doc/2006-03-01/\"><Name>faces</Name>" +
           inside + "</ListBucketResult>";
}

std::string object(const std::string& key) {
    return "<Contents><Key>" + key + "</Key><Size>9</Size><Owner><ID>o</ID></Owner></Contents>";
}

const std::string kLast = "<IsTruncated>false</IsTruncated>";

std::string flaw_of(const std::string& xml) {
    const Result<S3ListPage> read = parse_s3_list_page(xml);
    if (read) {
        return "none";
    }
    CHECK(read.error().reason() == Reason::answer_malformed);
    return read.error().detail();
}

TEST_CASE("a page of a bucket's list gives its keys and how to go on") {
    const auto last = parse_s3_list_page(page(kLast + object("a.png") + object("b/c &amp; d")));
    REQUIRE(last.has_value());
    CHECK(last->keys == std::vector<std::string>{"a.png", "b/c & d"});
    CHECK(last->next.empty());
    const auto more = parse_s3_list_page(page("<IsTruncated>true</IsTruncated>" + object("a") +
                                              "<NextContinuationToken>1/x+=</"
                                              "NextContinuationToken>"));
    REQUIRE(more.has_value());
    CHECK(more->next == "1/x+=");
    CHECK(parse_s3_list_page(page(kLast))->keys.empty());
}

TEST_CASE("keys of a list are decoded only when the server says that it encoded them") {
    const std::string keys = object("a%20b+c%2B.png");
    CHECK(parse_s3_list_page(page(kLast + keys))->keys.front() == "a%20b+c%2B.png");
    CHECK(
        parse_s3_list_page(page(kLast + keys + "<EncodingType>url</EncodingType>"))->keys.front() ==
        "a b c+.png");
}

TEST_CASE("only keys of objects count, not what is called so elsewhere") {
    const auto read = parse_s3_list_page(
        page(kLast + "<Key>x</Key><Contents><Owner><Key>y</Key></Owner><Key>z</Key></Contents>"));
    CHECK(read->keys == std::vector<std::string>{"z"});
}

TEST_CASE("a list that is cut at any place is refused") {
    const std::string whole = page(kLast + object("a.png"));
    for (std::size_t size = 0; size < whole.size(); ++size) {
        CHECK(flaw_of(whole.substr(0, size)) == "the list of the bucket is not well-formed XML");
    }
    CHECK(flaw_of(whole) == "none");
}

TEST_CASE("hostile lists of a bucket are refused") {
    CHECK(flaw_of("<html><body>no</body></html>") ==
          "the list of the bucket is no ListBucketResult");
    CHECK(flaw_of("<!DOCTYPE a [<!ENTITY b \"cc\">]>" + page(kLast)) ==
          "the list of the bucket declares a document type");
    CHECK(flaw_of(page(object("a"))) == "the list of the bucket does not say whether it goes on");
    CHECK(flaw_of(page("<IsTruncated>maybe</IsTruncated>")) ==
          "the list of the bucket does not say whether it goes on");
    CHECK(flaw_of(page("<IsTruncated>true</IsTruncated>")) ==
          "the list of the bucket goes on, but does not say where");
    CHECK(flaw_of(page(kLast + object(std::string(10000, 'a')))) ==
          "the list of the bucket holds an overlong text");
    std::string deep;
    for (int i = 0; i < 100000; ++i) {
        deep += "<a>";
    }
    CHECK(flaw_of(page(deep)) == "the list of the bucket is nested too deeply");
    std::string many;
    for (int i = 0; i < 1001; ++i) {
        many += object("k");
    }
    CHECK(flaw_of(page(kLast + many)) ==
          "the list of the bucket holds more keys than were asked for");
}

}  // namespace
}  // namespace ffdump
