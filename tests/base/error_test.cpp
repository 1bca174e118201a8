// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/error.hpp"

#include <catch2/catch.hpp>

namespace ffdump {
namespace {

TEST_CASE("error prints what, where, why and what to do on one line") {
    const Error error = Error(Reason::record_torn, "the file ends inside a record")
                            .at_file("dump/a.json")
                            .at_line(7)
                            .at_offset(1234)
                            .while_doing("reading the source");
    CHECK(
        error.one_line() ==
        "dump/a.json:7 (byte 1234): the file ends inside a record, while reading the source; take "
        "the dump again, or use --skip-bad-records to list it as failed and go on [record_torn]");
}

TEST_CASE("error prefers its own hint and names record and URL") {
    const Error error = Error(Reason::connection_failed, "connection refused")
                            .at_record(18446744073709551615ULL)
                            .at_url("http://127.0.0.1:18666/")
                            .hint("start it");
    CHECK(error.one_line() ==
          "record 18446744073709551615, http://127.0.0.1:18666/: connection refused; start it "
          "[connection_failed]");
    CHECK(error.exit_code() == 5);
    CHECK(error.fault() == FaultClass::service);
}

TEST_CASE("error without a place starts with the detail") {
    CHECK(Error(Reason::usage_error, "no such option").one_line() ==
          "no such option; see ffdump --help [usage_error]");
    CHECK(Error(Reason::config_invalid, "x").at_line(3, 9).place_text() == "line 3:9");
    CHECK(Error(Reason::config_invalid, "x").at_offset(3).place_text() == "byte 3");
}

TEST_CASE("error never lets the input steer the terminal") {
    const Error error = Error(Reason::record_malformed, "bad\x1b[2J\nname").at_file("a\rb");
    CHECK(error.one_line().find('\x1b') == std::string::npos);
    CHECK(error.one_line().find('\n') == std::string::npos);
    CHECK(error.place_text() == "a\\x0db");
}

}  // namespace
}  // namespace ffdump
