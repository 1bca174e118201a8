// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/nearest_word.hpp"

#include <catch2/catch.hpp>

#include <vector>

namespace ffdump {
namespace {

const std::vector<std::string> known_keys{"workers_num", "faces_limit", "extraction_batch_size",
                                          "upload-url"};

TEST_CASE("nearest word finds slips of the pen") {
    CHECK(nearest_word("worker_num", known_keys) == "workers_num");
    CHECK(nearest_word("facse_limit", known_keys) == "faces_limit");
    CHECK(nearest_word("Extraction-Batch-Size", known_keys) == "extraction_batch_size");
    CHECK(nearest_word("upload_url", known_keys) == "upload-url");
}

TEST_CASE("nearest word says nothing when nothing is near") {
    CHECK(nearest_word("password", known_keys).empty());
    CHECK(nearest_word("x", known_keys).empty());
    CHECK(nearest_word("anything", {}).empty());
}

}  // namespace
}  // namespace ffdump
