// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

struct Damage {
    std::string name;
    std::string line;
    std::string word;  ///< in the message
};

/// A folder with the one damaged file, and the images that its records name.
class DamagedDump {
 public:
    explicit DamagedDump(const std::string& name) {
        const std::string text = file_bytes(FFDUMP_SOURCE_DIR "/fixtures/damaged/" + name);
        scratch_.write("dump/" + name, text);
        constexpr std::string_view kKey = R"("normalized_id":")";
        std::uint64_t seed = 1;
        for (std::size_t at = text.find(kKey); at != std::string::npos;
             at = text.find(kKey, at + 1)) {
            const std::size_t begin = at + kKey.size();
            scratch_.write("uploads/" + text.substr(begin, text.find('"', begin) - begin),
                           face_png(seed++));
        }
    }
    [[nodiscard]] std::string at(std::string_view name) const { return scratch_.at(name); }
    [[nodiscard]] ChildEnd migrate(const Simulator& service, const Arguments& more = {}) const {
        Arguments arguments{"migrate",
                            "--config",
                            FFDUMP_SOURCE_DIR "/fixtures/demo/migration.ini",
                            "--from",
                            at("dump"),
                            "--to",
                            at("new"),
                            "--log-level",
                            "error",
                            "--extraction-api",
                            service.url(),
                            "--upload-url",
                            service.upload_url()};
        arguments.insert(arguments.end(), more.begin(), more.end());
        return run_ffdump(std::move(arguments));
    }

 private:
    ScratchFolder scratch_;
};

const std::vector<Damage> damages{
    {"torn-last-line.json", "5", "record_torn"}, {"garbage-line.json", "3", "record_malformed"},
    {"no-id.json", "3", "field_missing"},        {"two-facens.json", "3", "key_duplicate"},
    {"torn-array.json", "5", "record_torn"},
};

}  // namespace

TEST_CASE("a damaged record stops the run with file, line and byte offset") {
    const Damage damage = GENERATE(from_range(damages));
    CAPTURE(damage.name);
    const DamagedDump dump(damage.name);
    const Simulator service({"--images", dump.at("uploads"), "--dimension", "16"});
    const ChildEnd end = dump.migrate(service);
    INFO(end.err);
    CHECK(end.code == 4);
    CHECK(lines_of(end.err).size() == 1);
    CHECK(has(end.err, damage.name + ":" + damage.line));
    CHECK(has(end.err, "(byte "));
    CHECK(service.count("extract") == 0);
}

TEST_CASE("option --skip-bad-records lists the damaged record and migrates the others") {
    const Damage damage = GENERATE(from_range(damages));
    CAPTURE(damage.name);
    const DamagedDump dump(damage.name);
    const Simulator service({"--images", dump.at("uploads"), "--dimension", "16"});
    const ChildEnd end = dump.migrate(service, {"--skip-bad-records"});
    INFO(end.err);
    CHECK(end.code == 3);
    CHECK(failure_reasons(dump.at("new")) == std::vector<std::string>{damage.word});
    const ChildEnd verdict = verify(dump.at("dump"), dump.at("new"));
    INFO(verdict.out);
    CHECK(verdict.code == 0);
    CHECK(last_line(verdict.out) == "restorable (1 record failed, 0 excluded)");
}

}  // namespace ffdump
