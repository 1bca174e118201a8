// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/reason.hpp"

#include <catch2/catch.hpp>

#include <set>
#include <string>

namespace ffdump {
namespace {

constexpr auto kLast = static_cast<int>(Reason::internal_error);

TEST_CASE("every reason has a row of its own with a name, a sentence and a cure") {
    std::set<std::string> names;
    for (int i = 0; i <= kLast; ++i) {
        const auto reason = static_cast<Reason>(i);
        const ReasonInfo& info = reason_info(reason);
        CAPTURE(i, info.name);
        CHECK(info.reason == reason);
        CHECK(names.insert(std::string(info.name)).second);
        CHECK_FALSE(info.sentence.empty());
        CHECK_FALSE(info.cure.empty());
        CHECK(reason_from_name(info.name) == reason);
    }
    CHECK_FALSE(reason_from_name("no_such_reason").has_value());
}

TEST_CASE("the exit code of a reason is that of its fault class, but for the documented ones") {
    for (int i = 0; i <= kLast; ++i) {
        const ReasonInfo& info = reason_info(static_cast<Reason>(i));
        CAPTURE(info.name);
        switch (info.fault) {
            case FaultClass::record:
                CHECK(info.exit_code == 3);
                break;
            case FaultClass::source:
                CHECK(info.exit_code == 4);
                break;
            case FaultClass::service:
                CHECK(info.exit_code == 5);
                break;
            case FaultClass::machine:
                CHECK(info.exit_code == (info.reason == Reason::lock_held ? 8 : 6));
                break;
            case FaultClass::setup:
                CHECK(info.exit_code == (info.reason == Reason::too_many_failures ? 3 : 2));
                break;
            case FaultClass::trust:
                CHECK((info.exit_code == 3 || info.exit_code == 4 || info.exit_code == 7));
                break;
            case FaultClass::internal:
                CHECK((info.exit_code == 1 || info.exit_code == 130));
                break;
        }
        CHECK_FALSE(fault_class_name(info.fault).empty());
    }
}

}  // namespace
}  // namespace ffdump
