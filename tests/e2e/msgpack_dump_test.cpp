// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"
#include "support/made_msgpack.hpp"

#include "ffdump/record/base64.hpp"

#include <catch2/catch.hpp>

#include <csignal>
#include <string>
#include <vector>

namespace ffdump {
namespace {

const Facen old_facen{0, 0, 1, 0, 0, 0, 0, 0};

std::vector<std::string> records(std::size_t count) {
    std::vector<std::string> all;
    for (std::size_t id = 1; id <= count; ++id) {
        all.push_back(
            mp_record(id, mp_facen(old_facen, "bin-float32le"), MadeDump::image_name(id)));
    }
    return all;
}

/// A dump with one msgpack array in place of lines of JSON.
class ArrayDump : public MadeDump {
 public:
    explicit ArrayDump(std::size_t count) : MadeDump(count) {
        folder().write("dump/faces.json", mp_array(records(count), 4));
    }
};

std::string new_file(const MadeDump& dump) {
    return file_bytes(dump.at("new/faces.json"));
}

}  // namespace

TEST_CASE("records of a msgpack array that fail are listed whole and put back by a retry") {
    const ArrayDump dump(12);
    const auto wanted = dump.undisturbed();
    const std::string image = dump.at("uploads/" + MadeDump::image_name(5));
    std::filesystem::rename(image, dump.at("away.png"));
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 3);
    CHECK(new_file(dump).substr(0, 5) == "\xDD" + mp_bytes(11, 4));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) ==
          "restorable (1 record failed, 0 excluded)");
    const std::vector<nlohmann::json> failures = failures_of(dump.at("new"));
    REQUIRE(failures.size() == 1);
    CHECK(failures[0].at("id") == "5");
    CHECK_FALSE(failures[0].contains("record"));
    CHECK(decode_base64(failures[0].at("record_b64").get<std::string>()) == records(5).back());
    CHECK(
        has(run_ffdump({"failures", dump.at("new")}).out, "faces: 1 x image_missing\n  ids: 5\n"));

    std::filesystem::rename(dump.at("away.png"), image);
    const ChildEnd retried = run_ffdump(dump.migrate(service, "new", {"--retry-failed"}));
    INFO(retried.err);
    CHECK(retried.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
}

TEST_CASE("a damaged record of a msgpack array stops the run, or is left out and listed") {
    const ArrayDump dump(6);
    std::vector<std::string> all = records(6);
    const std::string bad = mp_map({{"id", mp_int(-4, 1)}, {"facen", mp_bin("1234")}});
    all[3] = bad;
    dump.folder().write("dump/faces.json", mp_array(all));
    const Simulator service(dump.service());
    const ChildEnd stopped = run_ffdump(dump.migrate(service, "new"));
    CHECK(stopped.code == 4);
    CHECK(has(stopped.err, "the id is not an integer from 0 to 2^64-1"));
    CHECK(has(stopped.err, "(byte " + std::to_string(1 + all[0].size() * 3 + 4) + ")"));

    const ChildEnd skipped = run_ffdump(dump.migrate(service, "new", {"--skip-bad-records"}));
    INFO(skipped.err);
    CHECK(skipped.code == 3);
    CHECK(new_file(dump).front() == '\x95');
    const std::vector<nlohmann::json> failures = failures_of(dump.at("new"));
    REQUIRE(failures.size() == 1);
    CHECK(decode_base64(failures[0].at("record_b64").get<std::string>()) == bad);
    CHECK_FALSE(failures[0].contains("id"));
    CHECK(has(last_line(verify(dump.from(), dump.at("new")).out), "restorable (1 record failed"));
}

TEST_CASE("a head that states more records than there are stops the run") {
    const ArrayDump dump(3);
    const std::string whole = mp_array(records(3), 2);
    dump.folder().write("dump/faces.json", whole.substr(0, whole.size() - records(3)[2].size()));
    const Simulator service(dump.service());
    const ChildEnd stopped = run_ffdump(dump.migrate(service, "new"));
    CHECK(stopped.code == 4);
    CHECK(has(stopped.err, "the file states 3 records, 2 are there"));
    CHECK(has(run_ffdump({"inspect", dump.from()}).out, "the file states 3 records, 2 are there"));
    REQUIRE(run_ffdump(dump.migrate(service, "new", {"--skip-bad-records"})).code == 0);
    CHECK(new_file(dump).substr(0, 3) == "\xDC" + mp_bytes(2, 2));
}

TEST_CASE("a run over a msgpack array that is killed early or later on is finished") {
    constexpr std::size_t kRecords = 120;
    const ArrayDump dump(kRecords);
    const auto wanted = dump.undisturbed();
    const std::string packing = GENERATE("none", "zstd", "gzip");
    const std::size_t moment = GENERATE(std::size_t{1}, std::size_t{25});
    CAPTURE(packing, moment);
    const Simulator service(dump.service({"--delay-ms", "10"}));
    const Arguments command = dump.migrate(
        service, "new", {"--batch-size", "2", "--workers", "2", "--compress", packing});
    REQUIRE(stopped_run(service, command, moment, packing == "none" ? SIGINT : SIGKILL));
    const ChildEnd end = run_ffdump(command);
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK(last_line(verify(dump.from(), dump.at("new")).out) == "restorable");
    if (packing == "none") {
        CHECK((dump_files(dump.at("new")) == wanted));
    }
}

TEST_CASE("a sample of a msgpack dump is extracted again, and stands on the page of verify") {
    const ArrayDump dump(30);
    {
        const Simulator service(dump.service());
        REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 0);
    }
    const Simulator service(dump.service());
    const Arguments whole{"--sample", "100%",     "--tolerance",       "exact",
                          "--json",   "--report", dump.at("page.html")};
    {
        const ChildEnd end = dump.verify_sample(service, whole);
        INFO(end.out << end.err);
        CHECK(end.code == 0);
        const nlohmann::json report = nlohmann::json::parse(end.out);
        CHECK(report.at("sample").at("galleries").at(0).at("same") == 30);
        CHECK(has(file_bytes(dump.at("page.html")), "all 30 records were compared, 0 differ"));
    }
    const std::string third = dump.at("uploads/" + MadeDump::image_name(3));
    std::filesystem::copy_file(dump.at("uploads/" + MadeDump::image_name(4)), third,
                               std::filesystem::copy_options::overwrite_existing);
    const ChildEnd end = dump.verify_sample(service, whole);
    CHECK(end.code == 3);
    const nlohmann::json sample = nlohmann::json::parse(end.out).at("sample").at("galleries").at(0);
    REQUIRE(sample.at("different").size() == 1);
    CHECK(sample.at("different").at(0).at("record_id") == "3");
    CHECK(has(file_bytes(dump.at("page.html")), "facen_differs"));
}

TEST_CASE("inspect says of msgpack what it says of JSON, and drafts a profile") {
    const ArrayDump dump(7);
    const ChildEnd seen = run_ffdump({"inspect", dump.from()});
    INFO(seen.out);
    CHECK(seen.code == 0);
    CHECK(has(seen.out, "msgpack-array"));
    const ChildEnd json = run_ffdump({"inspect", "--json", dump.from()});
    const nlohmann::json file = nlohmann::json::parse(json.out).at("files").at(0);
    CHECK(file.at("records") == 7);
    CHECK(file.at("meta").at("records") == 7);
    CHECK(file.at("meta").at("fields").size() == 4);
    const ChildEnd draft = run_ffdump({"inspect", "--suggest-format", dump.at("dump/faces.json")});
    CHECK(draft.code == 0);
    CHECK(has(draft.out, "container: msgpack_array"));
    CHECK(has(draft.out, "#   meta.t: ext of 8 bytes"));
}

}  // namespace ffdump
