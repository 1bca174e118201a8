// SPDX-License-Identifier: Apache-2.0
#include "made_dump.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {

TEST_CASE("workers_num and extraction_batch_size bound what the service sees") {
    const MadeDump dump(60);
    const auto [workers, batch] = GENERATE(std::pair<std::size_t, std::size_t>{1, 5},
                                           std::pair<std::size_t, std::size_t>{3, 4});
    CAPTURE(workers, batch);
    const Simulator service(dump.service({"--delay-ms", "20"}));
    const ChildEnd end = run_ffdump(dump.migrate(
        service, "new",
        {"--workers", std::to_string(workers), "--batch-size", std::to_string(batch)}));
    REQUIRE(end.code == 0);
    std::size_t most_images = 0;
    std::size_t most_in_flight = 0;
    for (const nlohmann::json& line : service.log("extract")) {
        most_images = std::max(most_images, line.at("images").get<std::size_t>());
        most_in_flight = std::max(most_in_flight, line.at("in_flight").get<std::size_t>());
    }
    CHECK(most_images == batch);
    CHECK(most_in_flight == workers);
    // Each once, and again in a check of the model when the eight canaries are found and in one at
    // the end: alone and in a batch, at most. From then on each batch carries one.
    const std::size_t sentinels = 60 / (batch - 1) + 1;
    CHECK(service.images_extracted() >= 60 + 16 + (60 - 16) / batch);
    CHECK(service.images_extracted() <= 60 + (2 * 16) + sentinels);
}

}  // namespace ffdump
