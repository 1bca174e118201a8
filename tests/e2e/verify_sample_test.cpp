// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <set>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 60;

/// A migrated dump, and verify with a sample of it against a service.
struct MigratedDump {
    MigratedDump() {
        const Simulator service(dump.service());
        if (const ChildEnd end = run_ffdump(dump.migrate(service, "new")); end.code != 0) {
            throw std::runtime_error("the migration failed: " + end.err);
        }
    }
    [[nodiscard]] ChildEnd sample(const Simulator& service, const Arguments& more) const {
        return dump.verify_sample(service, more);
    }
    MadeDump dump{kRecords};
};

nlohmann::json gallery_of(const ChildEnd& end) {
    return nlohmann::json::parse(end.out).at("sample").at("galleries").at(0);
}

std::set<std::string> images_asked(const Simulator& service) {
    std::set<std::string> paths;
    for (const nlohmann::json& line : service.log("image")) {
        paths.insert(line.at("path"));
    }
    return paths;
}

std::set<std::string> ids_of(const nlohmann::json& entries) {
    std::set<std::string> ids;
    for (const nlohmann::json& entry : entries) {
        ids.insert(entry.at("record_id"));
    }
    return ids;
}

}  // namespace

TEST_CASE("a sample that comes out the same again is told with its confidence and its seed") {
    const MigratedDump migrated;
    const Simulator service(migrated.dump.service());
    const ChildEnd end = migrated.sample(service, {"--sample", "20", "--seed", "7"});
    INFO(end.out << end.err);
    CHECK(end.code == 0);
    CHECK(has(end.out, "sample, extracted again (seed 7, cosine above 0.9999):"));
    CHECK(has(end.out,
              "faces: with 99 % confidence fewer than 21 % of its records differ (0 of 20 "
              "compared did)"));
    CHECK(last_line(end.out) == "restorable");
    CHECK(service.images_extracted() == 20);

    const Simulator again(migrated.dump.service());
    CHECK(migrated.sample(again, {"--sample", "20", "--seed", "7"}).code == 0);
    CHECK(images_asked(again) == images_asked(service));
    const Simulator other(migrated.dump.service());
    CHECK(migrated.sample(other, {"--sample", "20", "--seed", "8"}).code == 0);
    CHECK(images_asked(other) != images_asked(service));
}

TEST_CASE("a sample of an archive is the sample of the directory it was packed from") {
    const MigratedDump migrated;
    const MadeDump& dump = migrated.dump;
    const Simulator service(dump.service());
    const Arguments more{"--sample", "20", "--seed", "7", "--json"};
    const ChildEnd of_directory = migrated.sample(service, more);
    REQUIRE(run_ffdump({"pack", "-q", dump.at("new"), "-o", dump.at("new.tar.zst")}).code == 0);
    std::filesystem::remove_all(dump.at("new"));
    std::filesystem::rename(dump.at("new.tar.zst"), dump.at("new"));
    const ChildEnd of_archive = migrated.sample(service, more);
    INFO(of_archive.out << of_archive.err);
    CHECK(of_archive.code == 0);
    CHECK(gallery_of(of_archive) == gallery_of(of_directory));
}

TEST_CASE("a sample of all records, to the last bit, says that all were compared") {
    const MigratedDump migrated;
    const Simulator service(migrated.dump.service());
    const ChildEnd end =
        migrated.sample(service, {"--sample", "100%", "--tolerance", "exact", "--json"});
    INFO(end.out << end.err);
    CHECK(end.code == 0);
    const nlohmann::json gallery = gallery_of(end);
    CHECK(gallery.at("same") == kRecords);
    CHECK(gallery.at("most_different") == 0.0);
    CHECK(gallery.at("words") == "all 60 records were compared, 0 differ");
}

TEST_CASE("records whose facens were exchanged are named by a sample") {
    const MigratedDump migrated;
    const auto& dump = migrated.dump;
    // To the dump it is the same whether facens or images changed places.
    const std::string first = dump.at("uploads/" + MadeDump::image_name(3));
    const std::string second = dump.at("uploads/" + MadeDump::image_name(41));
    std::filesystem::rename(first, first + ".x");
    std::filesystem::rename(second, first);
    std::filesystem::rename(first + ".x", second);
    const Simulator service(dump.service());
    const ChildEnd end = migrated.sample(service, {"--sample", "100%", "--json"});
    INFO(end.out << end.err);
    CHECK(end.code == 3);
    CHECK((ids_of(gallery_of(end).at("different")) == std::set<std::string>{"3", "41"}));
    const nlohmann::json report = nlohmann::json::parse(end.out);
    CHECK_FALSE(report.at("restorable"));
    CHECK(report.at("finding_counts").at("facen_differs") == 2);
}

TEST_CASE("a sample is extracted by all servers there are, with numbers that are found out") {
    const MigratedDump migrated;
    const Simulator first(migrated.dump.service());
    Simulator second(migrated.dump.service());
    const Arguments more{
        "--sample",
        "100%",
        "--json",
        "--workers",
        "auto",
        "--batch-size",
        "auto",
        "--set",
        "extraction-api.extraction-api=['" + first.url() + "','" + second.url() + "']"};
    SECTION("each takes its share") {
        const ChildEnd end = migrated.sample(first, more);
        INFO(end.out << end.err);
        CHECK(end.code == 0);
        CHECK(gallery_of(end).at("same") == kRecords);
        CHECK(first.images_extracted() > 0);
        CHECK(second.images_extracted() > 0);
        CHECK(first.images_extracted() + second.images_extracted() == kRecords);
    }
    SECTION("and by one of them when the other is not there") {
        second.kill();
        const ChildEnd end = migrated.sample(first, more);
        INFO(end.out << end.err);
        CHECK(end.code == 0);
        CHECK(gallery_of(end).at("same") == kRecords);
        CHECK(first.images_extracted() == kRecords);
    }
}

TEST_CASE("another model shows in every record of a sample") {
    const MigratedDump migrated;
    const Simulator service(migrated.dump.service({"--fault", "model:other_16@1"}));
    const ChildEnd end = migrated.sample(service, {"--sample", "10"});
    CHECK(end.code == 3);
    CHECK(has(end.out, "nothing is known of the others: 10 of 10 compared differ"));
    CHECK(has(end.out, "see that extraction-api serves the model of the migration"));
    CHECK(last_line(end.out).starts_with("not restorable: the new dump holds facens that differ"));
}

TEST_CASE("faults of the services that pass do not show in a sample") {
    const MigratedDump migrated;
    const std::string fault =
        GENERATE(as<std::string>{}, "503@1-3", "reset@2-4", "malformed-json@1-2", "image-500@1-9",
                 "nan:0@1-1", "413@1-1");
    CAPTURE(fault);
    const Simulator service(migrated.dump.service({"--fault", fault}));
    const ChildEnd end = migrated.sample(service, {"--sample", "30", "--json"});
    INFO(end.out << end.err);
    CHECK(end.code == 0);
    CHECK(gallery_of(end).at("same") == 30);
}

TEST_CASE("a service that stays away is told as such, and never as a difference") {
    const MigratedDump migrated;
    const std::string fault =
        GENERATE(as<std::string>{}, "503@1", "reset@2", "403@1", "image-500@1", "image-403@1");
    CAPTURE(fault);
    const Simulator service(migrated.dump.service({"--fault", fault}));
    const ChildEnd end =
        migrated.sample(service, {"--sample", "30", "--give-up-after", "100ms", "--json"});
    INFO(end.out << end.err);
    CHECK(end.code == 5);
    CHECK(end.out.empty());
    CHECK_FALSE(has(end.err, "facen_differs"));
}

TEST_CASE("an image that is gone is named and not held against the dump, and all are") {
    const MigratedDump migrated;
    migrated.dump.remove_image(5);
    {
        const Simulator service(migrated.dump.service());
        const ChildEnd end = migrated.sample(service, {"--sample", "100%", "--json"});
        CHECK(end.code == 0);
        CHECK((ids_of(gallery_of(end).at("missed")) == std::set<std::string>{"5"}));
        CHECK(gallery_of(end).at("same") == kRecords - 1);
    }
    for (std::size_t id = 1; id <= kRecords; ++id) {
        migrated.dump.remove_image(id);
    }
    const Simulator service(migrated.dump.service());
    const ChildEnd end = migrated.sample(service, {"--sample", "10"});
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, "10 of the 10 sampled images"));
    CHECK(has(end.err, "failure_pattern"));
}

TEST_CASE("a sample that cannot be meant is refused before anything is read") {
    const auto refused = [](const Arguments& more) {
        Arguments arguments{"verify", "--from", "/nowhere", "--to", "/nowhere"};
        arguments.insert(arguments.end(), more.begin(), more.end());
        const ChildEnd end = run_ffdump(arguments);
        CHECK(end.code == 2);
        return end.err;
    };
    CHECK(has(refused({"--sample", "20"}), "--sample needs --config"));
    CHECK(has(refused({"--sample", "0", "--config", "x"}), "neither a number nor a share"));
    CHECK(has(refused({"--sample", "101%", "--config", "x"}), "neither a number nor a share"));
    CHECK(has(refused({"--sample", "5", "--config", "x", "--tolerance", "2"}), "--tolerance"));
}

}  // namespace ffdump
