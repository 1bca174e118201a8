// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <set>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 120;
constexpr std::size_t kImages = 10;

/// Record `id` names the image of record `image_of(id)`.
template <class ImageOf>
void rename_images(const MadeDump& dump, ImageOf image_of, std::size_t records = kRecords) {
    std::string text;
    for (std::size_t id = 1; id <= records; ++id) {
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

/// Each image is that of two records, which stand far apart: by its name, or by its bytes.
enum class Shared : unsigned char { name, bytes };
void share(const MadeDump& dump, Shared shared, std::size_t records) {
    const std::size_t images = records / 2;
    if (shared == Shared::name) {
        rename_images(dump, [images](std::size_t id) { return ((id - 1) % images) + 1; }, records);
        return;
    }
    for (std::size_t id = images + 1; id <= records; ++id) {
        dump.folder().write("uploads/" + MadeDump::image_name(id), face_png(id - images));
    }
}
Arguments options_for(Shared shared, Arguments more) {
    more.insert(more.end(), {"--set", "ffdump.galleries.faces.dimension=16"});
    if (shared == Shared::bytes) {
        more.emplace_back("--dedup-images");
    }
    return MadeDump::without_canaries(std::move(more));
}

}  // namespace

TEST_CASE("a killed run over shared images is finished and asks only for what was under way") {
    const Shared shared = GENERATE(Shared::name, Shared::bytes);
    const std::size_t moment = GENERATE(as<std::size_t>{}, 5, 40);
    CAPTURE(shared == Shared::name, moment);
    const MadeDump dump(kRecords);
    share(dump, shared, kRecords);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--delay-ms", "20"}));
    const Arguments command =
        dump.migrate(service, "new", options_for(shared, {"--batch-size", "1", "--workers", "2"}));
    REQUIRE(stopped_run(service, command, moment, SIGKILL));
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(service.images_extracted() <= (kRecords / 2) + 2);
}

TEST_CASE("records that share an image which was missing all get its facen in a retry") {
    const Shared shared = GENERATE(Shared::name, Shared::bytes);
    CAPTURE(shared == Shared::name);
    const MadeDump dump(kRecords);
    share(dump, shared, kRecords);
    const auto wanted = dump.undisturbed();
    dump.remove_image(7);
    dump.remove_image(7 + (kRecords / 2));
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new", options_for(shared, {}))).code == 3);
    REQUIRE(failure_reasons(dump.at("new")) == std::vector<std::string>(2, "image_missing"));
    const std::size_t before = service.images_extracted();
    for (const std::size_t id : {std::size_t{7}, 7 + (kRecords / 2)}) {
        dump.folder().write("uploads/" + MadeDump::image_name(id), face_png(7));
    }
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", options_for(shared, {"--retry-failed"})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(service.images_extracted() == before + 1);
}

TEST_CASE("records that share images are asked for again when the service was not well") {
    const Shared shared = GENERATE(Shared::name, Shared::bytes);
    CAPTURE(shared == Shared::name);
    constexpr std::size_t kMany = 300;
    const MadeDump dump(kMany);
    share(dump, shared, kMany);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--fault", "no-face:all@6-20"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", options_for(shared, {})));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(failures_of(dump.at("new")).empty());
}

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
