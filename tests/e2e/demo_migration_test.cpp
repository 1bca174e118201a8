// SPDX-License-Identifier: Apache-2.0
#include "ffdump_run.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <set>

namespace ffdump {
namespace {

const std::string demo_folder = FFDUMP_SOURCE_DIR "/fixtures/demo";

/// Replaces the string value of every `"key":` by nothing.
std::string masked(const std::string& text, const std::string& key) {
    const std::string quoted = "\"" + key + "\"";
    std::string out;
    std::size_t at = 0;
    for (;;) {
        const std::size_t found = text.find(quoted, at);
        if (found == std::string::npos) {
            return out + text.substr(at);
        }
        const std::size_t colon = text.find_first_not_of(" \t", found + quoted.size());
        const std::size_t open = text.find_first_not_of(" \t", colon + 1);
        const bool is_member = text.at(colon) == ':' && text.at(open) == '"';
        const std::size_t end = is_member ? open + 1 : found + quoted.size();
        out += text.substr(at, end - at);
        at = is_member ? text.find('"', end) : end;
    }
}

std::string masked(const std::string& text) {
    return masked(masked(text, "facen"), "facen_model");
}

/// The texts of the objects in an array of records whose strings hold no braces.
std::vector<std::string> array_records(const std::string& text) {
    std::vector<std::string> records;
    std::size_t depth = 0;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '{' && depth++ == 0) {
            begin = i;
        }
        if (text[i] == '}' && --depth == 0) {
            records.push_back(text.substr(begin, i + 1 - begin));
        }
    }
    return records;
}

/// A migration of the demo with a copy of its images, so that the test may add to them.
class DemoRun {
 public:
    DemoRun()
        : images_(copied_images(scratch_)),
          service_({"--images", images_, "--model", "jackfruit_480", "--dimension", "480"}) {}

    [[nodiscard]] ChildEnd migrate(const Arguments& more = {}) const {
        Arguments arguments{"migrate",
                            "--config",
                            demo_folder + "/migration.ini",
                            "--from",
                            from(),
                            "--to",
                            to(),
                            "--extraction-api",
                            service_.url(),
                            "--upload-url",
                            service_.upload_url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_ffdump(std::move(arguments));
    }
    [[nodiscard]] static std::string from() { return demo_folder + "/dump"; }
    [[nodiscard]] std::string to() const { return scratch_.at("new"); }
    [[nodiscard]] std::string new_file(const std::string& name) const {
        return file_bytes(to() + "/" + name);
    }
    [[nodiscard]] const std::string& images() const noexcept { return images_; }
    [[nodiscard]] const Simulator& service() const noexcept { return service_; }

 private:
    static std::string copied_images(const ScratchFolder& scratch) {
        const std::string images = scratch.at("uploads");
        std::filesystem::copy(demo_folder + "/uploads", images,
                              std::filesystem::copy_options::recursive);
        return images;
    }

    ScratchFolder scratch_;
    std::string images_;
    Simulator service_;
};

const std::string objects_before = "ffsec_face_objects.json";

std::vector<std::string> masked_objects_without(const std::set<std::size_t>& failed) {
    const std::vector<std::string> old =
        array_records(masked(file_bytes(DemoRun::from() + "/" + objects_before)));
    std::vector<std::string> kept;
    for (std::size_t i = 0; i < old.size(); ++i) {
        if (!failed.contains(i)) {
            kept.push_back(old[i]);
        }
    }
    return kept;
}

}  // namespace

TEST_CASE("the demo dump is migrated, its six bad records are listed, and it is restorable") {
    const DemoRun demo;
    const ChildEnd end = demo.migrate();
    INFO(end.err);
    REQUIRE(end.code == 3);

    std::vector<std::string> reasons = failure_reasons(demo.to());
    std::ranges::sort(reasons);
    CHECK(reasons == std::vector<std::string>{"image_id_invalid", "image_missing",
                                              "image_undecodable", "no_face", "no_normalized_id",
                                              "several_faces"});

    const ChildEnd lenient = verify(DemoRun::from(), demo.to());
    CHECK(lenient.code == 0);
    CHECK(last_line(lenient.out) == "restorable (6 records failed, 0 excluded)");
    CHECK(verify(DemoRun::from(), demo.to(), {"--strict"}).code == 3);
}

TEST_CASE(
    "option --same-facens says that a copy of the new demo dump is the same, and a changed one is "
    "not") {
    const DemoRun demo;
    REQUIRE(demo.migrate().code == 3);
    const ScratchFolder again;
    for (const auto& [name, bytes] : dump_files(demo.to())) {
        again.write("shard/" + name, bytes);
    }
    const Arguments compare{"verify", "--to", demo.to(), "--same-facens", again.at("shard")};
    const ChildEnd same = run_ffdump(compare);
    INFO(same.err);
    CHECK(same.code == 0);
    CHECK(last_line(same.out).starts_with("the same: "));

    std::string events = demo.new_file("ffsec_face_events.json");
    again.write("shard/ffsec_face_events.json", events.substr(events.find('\n') + 1));
    const ChildEnd lost = run_ffdump(compare);
    CHECK(lost.code == 3);
    CHECK(last_line(lost.out) == "not the same: record_lost 1");

    for (const std::string option : {"--strict", "--exclude-ids=/dev/null", "--from=/nowhere",
                                     "--sample=5", "--report=/dev/null"}) {
        INFO(option);
        Arguments more = compare;
        more.push_back(option);
        CHECK(run_ffdump(more).code == 2);
    }
    const ChildEnd none = run_ffdump({"verify", "--to", demo.to()});
    CHECK(none.code == 2);
    CHECK(has(none.err, "--from is required"));
}

TEST_CASE("the new demo dump differs from the old one in facens and model names alone") {
    const DemoRun demo;
    REQUIRE(demo.migrate().code == 3);

    for (const std::string name : {"ffsec_face_events.json", "ffsec_user_face.json"}) {
        const std::string old = file_bytes(DemoRun::from() + "/" + name);
        CHECK(demo.new_file(name) != old);
        CHECK((masked(demo.new_file(name)) == masked(old)));
    }
    CHECK((array_records(masked(demo.new_file(objects_before))) ==
           masked_objects_without({9, 17, 25, 33, 41, 49})));
    CHECK(nlohmann::json::parse(demo.new_file(objects_before)).size() == 54);
    CHECK_FALSE(has(demo.new_file("ffsec_face_events.json"), "ifruit_320"));
    CHECK(has(demo.new_file("ffsec_face_events.json"), "jackfruit_480"));
    CHECK_FALSE(has(demo.new_file("ffsec_user_face.json"), "jackfruit_480"));
    CHECK_FALSE(std::filesystem::exists(demo.to() + "/ffsec_face_clusters.json"));
}

TEST_CASE("the new dump's files are for their owner alone") {
    const DemoRun demo;
    REQUIRE(demo.migrate().code == 3);
    using std::filesystem::perms;
    CHECK(std::filesystem::status(demo.to()).permissions() == perms::owner_all);
    for (const auto& entry : std::filesystem::recursive_directory_iterator(demo.to())) {
        INFO(entry.path());
        CHECK(entry.status().permissions() ==
              (entry.is_directory() ? perms::owner_all : perms::owner_read | perms::owner_write));
    }
}

TEST_CASE("option --retry-failed puts a mended record in its place and touches nothing else") {
    const DemoRun demo;
    REQUIRE(demo.migrate().code == 3);
    const std::string events = demo.new_file("ffsec_face_events.json");
    for (const nlohmann::json& failure : failures_of(demo.to())) {
        if (failure.at("reason") == "image_missing") {
            const auto record = nlohmann::json::parse(failure.at("record").get<std::string>());
            const std::string name = record.at("meta").at("normalized_id");
            std::filesystem::copy(demo_folder + "/uploads/1_d94k8r2utk0g0al59vg0.png",
                                  demo.images() + "/" + name);
        }
    }

    const ChildEnd end = demo.migrate({"--retry-failed"});
    INFO(end.err);
    REQUIRE(end.code == 3);
    CHECK(failures_of(demo.to()).size() == 5);
    CHECK((array_records(masked(demo.new_file(objects_before))) ==
           masked_objects_without({17, 25, 33, 41, 49})));
    CHECK((demo.new_file("ffsec_face_events.json") == events));
    const ChildEnd verdict = verify(DemoRun::from(), demo.to());
    CHECK(verdict.code == 0);
    CHECK(last_line(verdict.out) == "restorable (5 records failed, 0 excluded)");

    const auto repaired = dump_files(demo.to());
    const auto listed = failure_reasons(demo.to());
    CHECK(demo.migrate({"--retry-failed"}).code == 3);
    CHECK((dump_files(demo.to()) == repaired));
    CHECK(failure_reasons(demo.to()) == listed);
    CHECK(verify(DemoRun::from(), demo.to()).code == 0);
}

TEST_CASE("a finished run that is started again does nothing and ends as before") {
    const DemoRun demo;
    REQUIRE(demo.migrate().code == 3);
    const auto before = dump_files(demo.to());
    const std::size_t requests = demo.service().count("extract");
    const ChildEnd again = demo.migrate();
    CHECK(again.code == 3);
    CHECK(has(again.out, "complete already"));
    CHECK(demo.service().count("extract") == requests);
    CHECK((dump_files(demo.to()) == before));
}

}  // namespace ffdump
