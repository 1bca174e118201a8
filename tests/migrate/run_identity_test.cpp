// SPDX-License-Identifier: Apache-2.0
#include "run_identity.hpp"

#include <catch2/catch.hpp>

#include <string>

namespace ffdump {
namespace {

RunBegin a_run() {
    RunBegin run;
    run.settings = {{"ffdump.model", "new_16"}, {"--skip-bad-records", "no"}};
    PlannedFile file;
    file.name = "faces.json";
    file.action = "migrate";
    file.profile = "lines";
    file.profile_sha256 = "1";
    file.fingerprint = "2";
    file.identity.size = 300;
    run.files = {file};
    return run;
}

/// What is said when `now` is to go on with a_run(); empty when it may.
std::string refusal_of(const RunBegin& now) {
    const Result<void> same = check_same_run(a_run(), now, "/new");
    if (same) {
        return {};
    }
    CHECK(same.error().reason() == Reason::resume_refused);
    CHECK(same.error().place().file == "/new");
    constexpr std::string_view kBegin =
        "the directory holds a run of another source or other settings: ";
    REQUIRE(same.error().detail().starts_with(kBegin));
    return same.error().detail().substr(kBegin.size());
}

TEST_CASE("a run goes on with what it began with, whatever its id, time and path") {
    RunBegin now = a_run();
    now.run_id = "other";
    now.started = "later";
    now.source = "/moved";
    CHECK(refusal_of(now).empty());
}

TEST_CASE("a run does not go on with other settings, and both values are named") {
    RunBegin now = a_run();
    now.settings["ffdump.model"] = "other_16";
    CHECK(refusal_of(now) == "ffdump.model was new_16, is other_16");
    now = a_run();
    now.settings.erase("ffdump.model");
    CHECK(refusal_of(now) == "ffdump.model was new_16, is not set");
    now = a_run();
    now.settings["--compress"] = "zstd:3";
    CHECK(refusal_of(now) == "--compress was not set, is zstd:3");
}

TEST_CASE("a run does not go on with another source, and every difference is named") {
    RunBegin now = a_run();
    now.files[0].fingerprint = "3";
    now.files[0].identity.size = 301;
    CHECK(refusal_of(now) == "file faces.json has other bytes (300 then, 301 now)");
    now = a_run();
    now.files[0].name = "other.json";
    CHECK(refusal_of(now) == "file faces.json is gone; file other.json was not in the source");
    now = a_run();
    now.files[0].action = "copy";
    now.files[0].new_model = "other_16";
    now.files[0].profile_sha256 = "4";
    CHECK(refusal_of(now) ==
          "action of faces.json was migrate, is copy; text of profile lines was 1, is 4; new model "
          "of faces.json was not set, is other_16");
}

TEST_CASE("options that change what is written are among the settings of a run") {
    const Settings settings;
    const auto plain = settings_that_matter(settings, {});
    MigrationOptions options;
    SECTION("packing") {
        options.compress = Compression::parse("zstd:3").value();
    }
    SECTION("skipping bad records") {
        options.skip_bad_records = true;
    }
    SECTION("taking an id twice") {
        options.allow_duplicate_ids = true;
    }
    SECTION("leaving out records") {
        options.excluded_ids = "7\n";
    }
    CHECK(settings_that_matter(settings, options) != plain);
}

}  // namespace
}  // namespace ffdump
