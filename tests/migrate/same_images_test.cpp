// SPDX-License-Identifier: Apache-2.0
#include "same_images.hpp"

#include <catch2/catch.hpp>

#include <memory>
#include <string>
#include <vector>

namespace ffdump {
namespace {

std::unique_ptr<BlockWork> block_of(std::size_t records, std::uint32_t file = 0) {
    auto work = std::make_unique<BlockWork>();
    work->file = file;
    work->fates.resize(records);
    work->open = records;
    return work;
}

bool is_changed(const BlockWork& work, std::size_t i) {
    return work.fates[i].state == RecordFate::State::changed;
}

TEST_CASE("records with one image get the facen of the first, whenever they come") {
    SameImages same;
    const auto one = block_of(3);
    const auto two = block_of(2);
    CHECK(same.meet({one.get(), 0, 0}, "a") == SameImages::Met::none);
    CHECK(same.meet({one.get(), 1, 0}, "b") == SameImages::Met::none);
    CHECK(same.meet({one.get(), 2, 0}, "a") == SameImages::Met::joined);
    CHECK(same.meet({two.get(), 0, 0}, "a") == SameImages::Met::joined);
    one->settle_changed(0, Facen{1.0F}, 1);
    CHECK(is_changed(*one, 2));
    CHECK(is_changed(*two, 0));
    CHECK_FALSE(is_changed(*one, 1));
    CHECK(one->open == 1);
    CHECK(two->open == 1);
    CHECK(same.meet({two.get(), 1, 0}, "a") == SameImages::Met::settled);
    CHECK(two->fates[1].facen == Facen{1.0F});
    CHECK(two->open == 0);
}

TEST_CASE("records with one image fail as the first does, and later ones are asked for") {
    SameImages same;
    const auto work = block_of(3);
    CHECK(same.meet({work.get(), 0, 0}, "a") == SameImages::Met::none);
    CHECK(same.meet({work.get(), 1, 0}, "a") == SameImages::Met::joined);
    work->settle_failed(0, Error(Reason::image_missing, "404"), 2);
    REQUIRE(work->fates[1].state == RecordFate::State::failed);
    CHECK(work->fates[1].failure->error.reason() == Reason::image_missing);
    CHECK(work->fates[1].failure->attempts == 2);
    CHECK(work->failed_unwritten == 2);
    CHECK(same.meet({work.get(), 2, 0}, "a") == SameImages::Met::none);
}

TEST_CASE("a record that others follow can itself follow another") {
    SameImages by_id;
    SameImages by_bytes;
    const auto work = block_of(4);
    CHECK(by_id.meet({work.get(), 0, 0}, "x") == SameImages::Met::none);
    CHECK(by_id.meet({work.get(), 1, 0}, "x") == SameImages::Met::joined);
    CHECK(by_id.meet({work.get(), 2, 0}, "y") == SameImages::Met::none);
    CHECK(by_id.meet({work.get(), 3, 0}, "y") == SameImages::Met::joined);
    CHECK(by_bytes.meet({work.get(), 2, 0}, "bytes") == SameImages::Met::none);
    CHECK(by_bytes.meet({work.get(), 0, 0}, "bytes") == SameImages::Met::joined);
    work->settle_changed(2, Facen{1.0F}, 1);
    CHECK(work->open == 0);
}

TEST_CASE("each record keeps the source that its image came from, whoever shares it") {
    const std::string here = "here";
    const std::string there = "there";
    SameImages by_id;
    SameImages by_bytes;
    const auto work = block_of(6);
    // 1 waits for the image of 0, and 3 for that of 2; 4 comes when 2 has its image.
    static_cast<void>(by_id.meet({work.get(), 0, 0}, "x"));
    static_cast<void>(by_id.meet({work.get(), 1, 0}, "x"));
    static_cast<void>(by_id.meet({work.get(), 2, 0}, "y"));
    static_cast<void>(by_id.meet({work.get(), 3, 0}, "y"));
    work->set_source(0, here);
    work->set_source(2, there);
    static_cast<void>(by_id.meet({work.get(), 4, 0}, "y"));
    static_cast<void>(by_bytes.meet({work.get(), 2, 0}, "bytes"));
    CHECK(by_bytes.meet({work.get(), 0, 0}, "bytes") == SameImages::Met::joined);
    work->settle_changed(2, Facen{1.0F}, 1);
    work->set_source(5, here);
    CHECK(by_bytes.meet({work.get(), 5, 0}, "bytes") == SameImages::Met::settled);
    const std::vector<const std::string*> wanted{&here, &here, &there, &there, &there, &here};
    for (std::size_t i = 0; i < wanted.size(); ++i) {
        CAPTURE(i);
        CHECK(is_changed(*work, i));
        CHECK(work->fates[i].source == wanted[i]);
    }
}

TEST_CASE("a block that leaves the window is forgotten, and other files share nothing") {
    SameImages same;
    const auto one = block_of(2);
    const auto two = block_of(2);
    const auto other = block_of(1, 1);
    CHECK(same.meet({one.get(), 0, 0}, "a") == SameImages::Met::none);
    CHECK(same.meet({one.get(), 1, 0}, "b") == SameImages::Met::none);
    one->settle_changed(0, Facen{1.0F}, 1);
    one->settle_changed(1, Facen{1.0F}, 1);
    CHECK(same.meet({two.get(), 0, 0}, "a") == SameImages::Met::settled);
    same.forget(*one);
    CHECK(same.size() == 1);
    CHECK(same.meet({two.get(), 1, 0}, "b") == SameImages::Met::none);
    CHECK(same.meet({other.get(), 0, 0}, "a") == SameImages::Met::none);
    same.forget(*two);
    same.forget(*other);
    CHECK(same.size() == 0);
}

}  // namespace
}  // namespace ffdump
