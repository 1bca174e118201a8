// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

namespace ffdump {

TEST_CASE("faults of the services that pass leave no trace in the new dump") {
    const std::string fault =
        GENERATE(as<std::string>{}, "503:1@1-2", "500@1-3", "429:0@1-2", "502@2-4", "reset@1-2",
                 "reset-body@1-2", "close@1-2", "truncated@1-2", "empty@1-2", "malformed-json@1-2",
                 "missing-response@1-2", "extra-response@1-2", "nan:0@1-1", "zero-vector:1@2-2",
                 "wrong-dimension:0@2-2", "image-503@1-3", "image-reset@2-4", "image-close@1-2",
                 "image-truncated@1-2", "image-reset-body@1-2");
    CAPTURE(fault);
    const MadeDump dump(24);
    const auto wanted = dump.undisturbed();
    const Simulator service(dump.service({"--fault", fault}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 0);
    CHECK((dump_files(dump.at("new")) == wanted));
    CHECK(failures_of(dump.at("new")).empty());
    std::size_t met = 0;
    for (const nlohmann::json& line : service.log()) {
        met += line.at("fault") == fault ? 1U : 0U;
    }
    CHECK(met > 0);
}

TEST_CASE("a service that does not know the path ends the run at once") {
    const MadeDump dump(4);
    const Simulator service(dump.service({"--fault", "404@1"}));
    const ChildEnd end = run_ffdump(dump.migrate(service, "new"));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(has(end.err, service.url()));
    CHECK(has(end.err, "404"));
    // Nothing is asked again; as many as workers_num may be under way when the first refusal comes.
    CHECK(service.count("extract") >= 1);
    CHECK(service.count("extract") <= 2);
}

TEST_CASE("a service that is not there ends the run with its address and what to do") {
    const MadeDump dump(4);
    Simulator service(dump.service());
    service.stop();
    const ChildEnd end = run_ffdump(dump.migrate(service, "new", {"--give-up-after", "200ms"}));
    INFO(end.err);
    CHECK(end.code == 5);
    CHECK(lines_of(end.err).size() == 1);
    CHECK(has(end.err, service.url()));
}

}  // namespace ffdump
