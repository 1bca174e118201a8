// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {
namespace {

/// Nothing was booked as failed: neither in the list nor in the one of an unfinished run.
bool nothing_is_booked(const std::string& to) {
    const std::string part = to + "/.ffdump/failures.jsonl.part";
    return !std::filesystem::exists(part) || std::filesystem::file_size(part) == 0;
}

/// The images of these records show nobody.
void show_no_face(const MadeDump& dump, std::size_t first, std::size_t last) {
    for (std::size_t id = first; id <= last; ++id) {
        dump.folder().write("uploads/" + MadeDump::image_name(id),
                            uniform_png(static_cast<std::uint8_t>(id)));
    }
}

}  // namespace

TEST_CASE("a service that gives no record a facen ends the run and books nobody as failed") {
    const std::string fault = GENERATE(as<std::string>{}, "no-face:all@1", "two-faces:all@1",
                                       "nan:all@1", "not-base64:all@1", "400@1");
    CAPTURE(fault);
    const MadeDump dump(60);
    const Simulator service(dump.service({"--fault", fault}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "20 records one after another failed alike"));
    CHECK(has(end.err, service.url()));
    CHECK(has(end.err, "--accept-failures"));
    CHECK(lines_of(end.err).size() == 1);
    CHECK(nothing_is_booked(dump.at("new")));
    // Put right, the same command goes on and loses nobody.
    const Simulator mended(dump.service());
    CHECK(run_ffdump(dump.migrate(mended, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

TEST_CASE("a service that gives none of a few records a facen books nobody as failed either") {
    const MadeDump dump(7);
    const Simulator service(dump.service({"--fault", "no-face:all@1"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "all 7 records failed alike"));
    CHECK(nothing_is_booked(dump.at("new")));
    const ChildEnd accepted =
        run_ffdump(dump.migrate(service, "new", {"--accept-failures", "no_face"}));
    INFO(accepted.err);
    CHECK(accepted.code == 3);
}

TEST_CASE("a few records at the front that fail alike, more than the window holds, end no run") {
    const MadeDump dump(16, 100'000);
    show_no_face(dump, 1, 8);
    const Simulator service(dump.service());
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", {"--set", "ffdump.limits.window_bytes=1MiB"}));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>(8, "no_face"));
}

TEST_CASE("a retry of records that all fail alike again lists them again") {
    const MadeDump dump(24);
    show_no_face(dump, 3, 8);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new", MadeDump::without_canaries())).code == 3);
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", MadeDump::without_canaries({"--retry-failed"})));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>(6, "no_face"));
}

TEST_CASE("failed records are told even when nothing else is wanted to be seen") {
    const MadeDump dump(3);
    dump.remove_image(2);
    const Simulator service(dump.service());
    Arguments arguments = dump.migrate(service, "new", {"-q"});
    std::ranges::replace(arguments, "error", "warning");
    const ChildEnd end = run_ffdump(arguments);
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(end.out.empty());
    REQUIRE(lines_of(end.err).size() == 1);
    CHECK(has(end.err, "records=1"));
    CHECK(has(end.err, dump.at("new") + "/.ffdump/failures.jsonl"));
}

TEST_CASE("a wrong dimension in the configuration ends the run and books nobody as failed") {
    const MadeDump dump(60);
    const Simulator service(dump.service());
    const ChildEnd end =
        run_ffdump(dump.migrate(service, "new", {"--set", "ffdump.galleries.faces.dimension=480"}));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "16 floats in place of 480"));
    CHECK(nothing_is_booked(dump.at("new")));
}

TEST_CASE("a storage without any image of the dump ends the run and books nobody as failed") {
    const MadeDump dump(60);
    for (std::size_t id = 1; id <= 60; ++id) {
        dump.remove_image(id);
    }
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "no other image of the dump comes either"));
    CHECK(has(end.err, service.upload_url()));
    CHECK(has(end.err, "--accept-failures image_missing"));
    CHECK(nothing_is_booked(dump.at("new")));
    CHECK(service.count("extract") == 0);
}

TEST_CASE("failures that the operator accepts are listed even when nothing else comes") {
    const MadeDump dump(60);
    const Simulator service(dump.service({"--fault", "no-face:all@1"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--accept-failures", "no_face"}));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>(60, "no_face"));
    CHECK(has(verify(dump.from(), dump.at("new")).out, "accept-failures no_face"));
}

TEST_CASE("the option --accept-failures takes reasons of records alone") {
    const std::string reason = GENERATE(as<std::string>{}, "no_fase", "disk_full", "");
    const MadeDump dump(2);
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--accept-failures", reason}));
    INFO(end.err);
    CHECK(end.code == 2);
}

TEST_CASE("many images that are gone one after another are the records' own failures") {
    const MadeDump dump(150);
    for (std::size_t id = 31; id <= 90; ++id) {
        dump.remove_image(id);
    }
    const Simulator service(dump.service());
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>(60, "image_missing"));
    CHECK(verify(dump.from(), dump.at("new")).code == 0);
}

TEST_CASE("a storage that loses its images for a while costs no record") {
    const MadeDump dump(150);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--fault", "image-404@40-120"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(failures_of(dump.at("new")).empty());
}

TEST_CASE("a storage that denies images at random costs no record") {
    const std::string fault =
        GENERATE(as<std::string>{}, "image-html@100%45", "image-404@100%45", "image-html%70");
    CAPTURE(fault);
    const MadeDump dump(600);
    const Simulator service(dump.service({"--fault", fault}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(failures_of(dump.at("new")).empty());
}

TEST_CASE("a service that finds no faces for a while costs no record") {
    const bool has_canaries = GENERATE(false, true);
    const std::string fault = GENERATE(as<std::string>{}, "no-face:all@6-20", "no-face:all@12-16",
                                       "no-face:all@20-40", "not-base64:all@20-70", "400@20-90");
    CAPTURE(has_canaries, fault);
    const MadeDump dump(150);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--fault", fault}));
    // A run without canaries sees only what fails twenty records.
    if (!has_canaries && fault == "no-face:all@12-16") {
        return;
    }
    const ChildEnd end = run_ffdump(
        dump.migrate(service, "new", has_canaries ? Arguments{} : MadeDump::without_canaries()));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(failures_of(dump.at("new")).empty());
}

TEST_CASE("a service that never again finds a face ends the run and books nobody as failed") {
    const bool has_canaries = GENERATE(false, true);
    const std::string fault = GENERATE(as<std::string>{}, "no-face:all@6", "no-face:all@20",
                                       "nan:all@20", "not-base64:all@20", "400@20");
    CAPTURE(has_canaries, fault);
    const MadeDump dump(150);
    const Simulator service(dump.service({"--fault", fault}));
    Arguments arguments =
        dump.migrate(service, "new", has_canaries ? Arguments{} : MadeDump::without_canaries());
    arguments.insert(arguments.end(), {"--give-up-after", "300ms"});
    std::ranges::replace(arguments, "error", "warning");
    const ChildEnd end = run_ffdump(arguments);
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "waiting for extraction-api " + service.url() + " since "));
    CHECK(has(end.err, "an image that had a facen before gets none now"));
    CHECK(nothing_is_booked(dump.at("new")));
    const Simulator mended(dump.service());
    CHECK(run_ffdump(dump.migrate(mended, "new")).code == 0);
    CHECK((dump_files(dump.at("new")) == dump.undisturbed()));
}

}  // namespace ffdump
