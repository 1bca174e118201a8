// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/migration_plan.hpp"

#include <catch2/catch.hpp>

#include <functional>
#include <map>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// A dump of one file, and what make_plan says to it.
struct OneFile {
    explicit OneFile(std::string gallery) {
        file.name = gallery + ".json";
        file.path = "dump/" + file.name;
        file.gallery = std::move(gallery);
        survey.records = 10;
        survey.with_image = 10;
    }
    [[nodiscard]] auto plan() const { return make_plan(settings, {file}, {survey}, options); }
    [[nodiscard]] FilePlan good() const { return plan().value().files.at(0); }
    [[nodiscard]] Reason refused() const { return plan().error().at(0).reason(); }

    Settings settings;
    PlanOptions options;
    DumpFile file;
    FileSurvey survey;
};

TEST_CASE("plan migrates a gallery whose records have images") {
    CHECK(OneFile("ffsec_face_events").good().action == GalleryAction::migrate);
}

TEST_CASE("plan drops centroid galleries and says why") {
    for (const char* const name :
         {"ffsec_face_clusters", "ffsec_persons", "ffsec_face_case_clusters"}) {
        const FilePlan plan = OneFile(name).good();
        CHECK(plan.action == GalleryAction::drop);
        CHECK(plan.why.find("averages") != std::string::npos);
    }
    CHECK_FALSE(is_centroid_gallery("ffsec_persons_events"));
}

TEST_CASE("plan refuses a file that is named as the list of failures") {
    OneFile one("faces");
    CHECK(one.good().action == GalleryAction::migrate);
    one.file.name = "failures.jsonl";
    CHECK(one.refused() == Reason::usage_error);
}

TEST_CASE("plan asks for a decision when no record has an image") {
    OneFile one("ffsec_face_objects");
    one.survey.with_image = 0;
    CHECK(one.refused() == Reason::gallery_undecided);
    one.settings.galleries["ffsec_face_objects"].action = GalleryAction::copy;
    CHECK(one.good().action == GalleryAction::copy);
}

TEST_CASE("plan takes records that name one gallery, and notices another name than the file's") {
    OneFile one("faces");
    one.survey.galleries = {{"faces", 10}};
    CHECK(one.good().action == GalleryAction::migrate);
    CHECK(one.plan().value().notices.empty());
    one.survey.galleries = {{"Front door", 10}};
    CHECK(one.good().action == GalleryAction::migrate);
    REQUIRE(one.plan().value().notices.size() == 1);
    CHECK(one.plan().value().notices[0] ==
          "faces.json: the records name gallery Front door; the file's name counts, faces");
}

TEST_CASE("plan sends records of several galleries to convert, but for those that stay or go") {
    using Galleries = std::map<std::string, std::uint64_t, std::less<>>;
    OneFile one("faces");
    one.survey.galleries =
        GENERATE(Galleries{{"cars", 1}}, Galleries{{"cars", 4}, {"faces", 6}}, Galleries{});
    one.survey.has_more_galleries = one.survey.galleries.empty();
    CHECK(one.refused() == Reason::gallery_undecided);
    CHECK(one.plan().error().at(0).hint_text().find("--split-galleries") != std::string::npos);
    const GalleryAction action = GENERATE(GalleryAction::copy, GalleryAction::drop);
    one.settings.galleries["faces"].action = action;
    CHECK(one.good().action == action);
}

TEST_CASE("plan takes an empty gallery along") {
    OneFile one("ffsec_face_objects");
    one.survey.records = 0;
    one.survey.with_image = 0;
    CHECK(one.good().action == GalleryAction::migrate);
}

TEST_CASE("plan wants to know the new model exactly where records carry one") {
    OneFile one("ffsec_face_events");
    CHECK(one.good().new_model.empty());
    one.survey.with_model = 10;
    one.survey.models = {{"ifruit_320", 10}};
    CHECK(one.refused() == Reason::model_unknown);
    one.settings.model = "jackfruit_480";
    CHECK(one.good().new_model == "jackfruit_480");
    one.settings.galleries["ffsec_face_events"].model = "kiwi_320";
    CHECK(one.good().new_model == "kiwi_320");
}

TEST_CASE("plan refuses a dump of another model than expected") {
    OneFile one("ffsec_face_events");
    one.survey.models = {{"banana_800f", 10}};
    one.settings.galleries["ffsec_face_events"].expected_model = "ifruit_320";
    CHECK(one.refused() == Reason::config_invalid);
}

TEST_CASE("plan notices a migration to the model that is there already") {
    OneFile one("ffsec_face_events");
    one.survey.with_model = 10;
    one.survey.models = {{"ifruit_320", 10}};
    one.settings.model = "ifruit_320";
    CHECK(one.plan().value().notices.size() == 1);
}

TEST_CASE("plan notices settings for a gallery that the dump does not have") {
    OneFile one("ffsec_face_events");
    one.settings.galleries["ffsec_face_event"].dimension = 480;
    one.settings.galleries["ffsec_*"].dimension = 480;
    const std::vector<std::string> notices = one.plan().value().notices;
    REQUIRE(notices.size() == 1);
    CHECK(notices[0] == "ffdump.galleries.ffsec_face_event: the dump has no such gallery");
}

TEST_CASE("plan refuses bad records and duplicate ids unless told otherwise") {
    OneFile one("ffsec_face_events");
    one.survey.bad = 1;
    one.survey.problems.emplace_back(Reason::record_torn, "torn");
    CHECK(one.refused() == Reason::record_torn);
    one.options.skip_bad_records = true;
    CHECK(one.good().action == GalleryAction::migrate);
    one.survey.duplicates = {1, {RecordId{7}}};
    CHECK(one.refused() == Reason::id_duplicate);
    one.options.allow_duplicate_ids = true;
    CHECK(one.good().action == GalleryAction::migrate);
}

TEST_CASE("plan does not look for faults in a gallery that is dropped") {
    OneFile one("ffsec_face_clusters");
    one.survey.bad = 1;
    one.survey.problems.emplace_back(Reason::record_torn, "torn");
    CHECK(one.good().action == GalleryAction::drop);
}

}  // namespace
}  // namespace ffdump
