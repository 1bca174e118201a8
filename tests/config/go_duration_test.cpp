// SPDX-License-Identifier: Apache-2.0
#include "go_duration.hpp"

#include "ffdump/config/load_settings.hpp"

#include <catch2/catch.hpp>

#include <chrono>
#include <cstdint>
#include <vector>

using namespace ffdump;
using namespace std::chrono_literals;
using std::chrono::milliseconds;

TEST_CASE("durations are read as Go's time.ParseDuration reads them") {
    struct Row {
        const char* text;
        milliseconds value;
    };
    const std::vector<Row> rows = {
        {"0", 0ms},
        {"0s", 0ms},
        {"5s", 5s},
        {"30s", 30s},
        {"1m30s", 90s},
        {"+5s", 5s},
        {"1478s", 1478s},
        {"5.0s", 5s},
        {"5.6s", 5600ms},
        {"5.s", 5s},
        {".5s", 500ms},
        {"1.004s", 1004ms},
        {"100.00100s", 100001ms},
        {"250ms", 250ms},
        {"1h", 1h},
        {"1.5h", 90min},
        {"3h30m", 210min},
        {"1h2m3s4ms5us6ns", 3723005ms},
        {"4m10.5s", 250500ms},
        {"2m2m", 4min},
        {"1000000ns", 1ms},
        {"2000us", 2ms},
        {"2000\u00B5s", 2ms},
        {"2000\u03BCs", 2ms},
        {"0.9ms", 1ms},
        {"1ns", 1ms},
        {"2562047h", 2562047h},
        {"0.3333333333333333333h", 1200s},
        {"0.100000000000000000000h", 6min},
    };
    for (const Row& row : rows) {
        CAPTURE(row.text);
        const auto value = parse_go_duration(row.text);
        REQUIRE(value);
        CHECK(value->count() == row.value.count());
    }
}

TEST_CASE("what Go refuses as a duration, and anything negative, is no duration") {
    for (const char* text : {"",
                             "3",
                             "30",
                             "-",
                             "s",
                             ".",
                             "-.",
                             ".s",
                             "+.s",
                             "1d",
                             "5 s",
                             " 5s",
                             "5s ",
                             "1m 30s",
                             "-5s",
                             "-0s",
                             "+",
                             "++5s",
                             "1e3s",
                             "0x1s",
                             "5S",
                             "5sec",
                             "1.2.3s",
                             "1.5",
                             "1m30",
                             "s5",
                             "9223372036854775808ns",
                             "9223372036854775.808us",
                             "2562048h",
                             "3000000h",
                             "2562047h2562047h",
                             "99999999999999999999s",
                             "5\xB5s",
                             "five",
                             "1s\n"}) {
        CAPTURE(text);
        CHECK_FALSE(parse_go_duration(text));
    }
}

TEST_CASE("a duration's text is read back as the same duration") {
    for (const std::int64_t count :
         {0LL, 1LL, 250LL, 999LL, 1000LL, 1001LL, 59999LL, 60000LL, 90000LL, 3600000LL, 3600001LL,
          5400000LL, 86399999LL, 2592000000LL}) {
        const auto text = go_duration_text(milliseconds(count));
        CAPTURE(text);
        CHECK(parse_go_duration(text) == milliseconds(count));
    }
    CHECK(go_duration_text(90s) == "1m30s");
    CHECK(go_duration_text(0s) == "0s");
    CHECK(go_duration_text(1250ms) == "1s250ms");
}
