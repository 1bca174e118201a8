// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 120;
constexpr std::size_t kImages = 10;

/// Record `id` names the image of record `image_of(id)`.
template <class ImageOf>
void rename_images(const MadeDump& dump, ImageOf image_of) {
    std::string text;
    for (std::size_t id = 1; id <= kRecords; ++id) {
        std::string line = MadeDump::record(id);
        const std::string own = MadeDump::image_name(id);
        line.replace(line.find(own), own.size(), MadeDump::image_name(image_of(id)));
        text += line + "\n";
    }
    dump.folder().write("dump/faces.json", text);
}

std::string facen_of(const std::string& line) {
    return nlohmann::json::parse(line).at("facen");
}

void check_facens(const MadeDump& dump) {
    const std::vector<std::string> lines = lines_of(dump_files(dump.at("new")).at("faces.json"));
    REQUIRE(lines.size() == kRecords);
    std::set<std::string> different;
    for (std::size_t i = 0; i < kRecords; ++i) {
        CHECK(facen_of(lines[i]) == facen_of(lines[i % kImages]));
        different.insert(facen_of(lines[i]));
    }
    CHECK(different.size() == kImages);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

}  // namespace

TEST_CASE("records that name one image are fetched and extracted once") {
    const MadeDump dump(kRecords);
    rename_images(dump, [](std::size_t id) { return ((id - 1) % kImages) + 1; });
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", MadeDump::without_canaries()));
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(service.images_extracted() == kImages);
    CHECK(service.count("image") == kImages);
    check_facens(dump);
}

TEST_CASE("images of the same bytes are extracted once with --dedup-images, else each") {
    const MadeDump dump(kRecords);
    for (std::size_t id = 1; id <= kRecords; ++id) {
        dump.folder().write("uploads/" + MadeDump::image_name(id),
                            face_png(((id - 1) % kImages) + 1));
    }
    const bool dedup = GENERATE(false, true);
    CAPTURE(dedup);
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(
        service, "new",
        MadeDump::without_canaries(dedup ? Arguments{"--dedup-images"} : Arguments{})));
    INFO(end.err);
    REQUIRE(end.code == 0);
    CHECK(service.count("image") == kRecords);
    CHECK(service.images_extracted() == (dedup ? kImages : kRecords));
    check_facens(dump);
}

TEST_CASE("records that name one missing image all fail, each whole") {
    const MadeDump dump(kRecords);
    rename_images(dump, [](std::size_t id) { return id % 40 == 0 ? 7 : id; });
    dump.remove_image(7);
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>(4, "image_missing"));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (4 records failed, 0 excluded)");
}

}  // namespace ffdump
