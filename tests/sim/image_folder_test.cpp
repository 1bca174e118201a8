// SPDX-License-Identifier: Apache-2.0
#include "served_folder.hpp"
#include "support/made_png.hpp"
#include "support/raw_client.hpp"
#include "support/scratch_folder.hpp"
#include "support/simulator.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <string>
#include <sys/stat.h>
#include <vector>

namespace ffdump {

namespace {

std::string get(std::string_view path, std::string_view method = "GET") {
    return std::string(method) + " " + std::string(path) + " HTTP/1.1\r\nHost: h\r\n\r\n";
}

/// A folder of images and the double that serves it.
class ServedFolder {
 public:
    explicit ServedFolder(std::vector<std::string> more = {}) {
        scratch_.write("up/1_a.png", face_png(1));
        scratch_.write("up/20260714/2_b c.png", face_png(2));
        scratch_.write("up/empty.png", "");
        scratch_.write("secret", "secret");
        more.insert(more.begin(), {"--images", scratch_.at("up")});
        simulator_.emplace(more);
    }
    [[nodiscard]] RawAnswer ask(const std::string& request) const {
        return RawClient(simulator_->port()).ask(request);
    }
    Simulator& simulator() { return *simulator_; }
    [[nodiscard]] const ScratchFolder& scratch() const { return scratch_; }

 private:
    ScratchFolder scratch_;
    std::optional<Simulator> simulator_;
};

}  // namespace

TEST_CASE("images are served byte for byte, also from folders and with escapes") {
    ServedFolder served;
    const RawAnswer answer = served.ask(get("/uploads/1_a.png"));
    CHECK(answer.status == 200);
    CHECK(answer.body == face_png(1));
    CHECK(answer.headers.at("Content-Type") == "image/png");
    CHECK(served.ask(get("/uploads/20260714/2_b%20c.png")).body == face_png(2));
    CHECK(served.ask(get("/uploads//20260714///2_b%20c.png")).body == face_png(2));
    CHECK(served.ask(get("/uploads/empty.png")).status == 200);

    const RawAnswer head = served.ask(get("/uploads/1_a.png", "HEAD"));
    CHECK(head.status == 200);
    CHECK(head.headers.at("Content-Length") == std::to_string(face_png(1).size()));

    const auto lines = served.simulator().log("image");
    REQUIRE(lines.size() == 5);
    CHECK(lines[4].at("method") == "HEAD");
    CHECK(lines[0].at("path") == "/uploads/1_a.png");
    CHECK(lines[0].at("n") == 1);
}

TEST_CASE("folders are not listed, missing files are missing, nothing outside is served") {
    ServedFolder served;
    std::filesystem::create_symlink(served.scratch().at("secret"), served.scratch().at("up/link"));
    std::filesystem::create_directory_symlink(served.scratch().path(),
                                              served.scratch().at("up/out"));
    REQUIRE(mkfifo(served.scratch().at("up/fifo").c_str(), 0600) == 0);
    const std::vector<std::pair<std::string, int>> requests{
        {get("/uploads"), 403},
        {get("/uploads/"), 403},
        {get("/uploads/20260714"), 403},
        {get("/uploads/20260714/"), 403},
        {get("/uploads/missing.png"), 404},
        {get("/uploads/1_a.png/x"), 404},
        {get("/uploads/../secret"), 400},
        {get("/uploads/%2e%2e/secret"), 400},
        {get("/uploads/20260714/..%2f..%2f..%2fsecret"), 400},
        {get("/uploads/a%00b"), 400},
        {get("/uploads/a%zz"), 400},
        {get("/uploads/link"), 404},
        {get("/uploads/out/secret"), 404},
        {get("/uploads/fifo"), 404},
        {get("/uploads/1_a.png", "DELETE"), 405},
        {"POST /uploads/1_a.png HTTP/1.1\r\nHost: h\r\nContent-Length: 0\r\n\r\n", 405},
    };
    for (const auto& [request, status] : requests) {
        INFO(request);
        const RawAnswer answer = served.ask(request);
        CHECK(answer.status == status);
        CHECK(answer.body.find("secret") == std::string::npos);
    }
    CHECK(served.simulator().count("image") == requests.size());
}

TEST_CASE("image faults come at the request they are set for") {
    ServedFolder served(
        {"--fault",          "image-404@1-1",    "--fault",
         "image-403@2-2",    "--fault",          "image-500@3-3",
         "--fault",          "image-503:7@4-4",  "--fault",
         "image-html@5-5",   "--fault",          "image-truncated@6-6",
         "--fault",          "image-empty@7-7",  "--fault",
         "image-slow:0@8-8", "--fault",          "image-redirect:http://127.0.0.1:9/x@9-9",
         "--fault",          "image-reset@10-10"});
    const std::string request = get("/uploads/1_a.png");
    CHECK(served.ask(request).status == 404);
    CHECK(served.ask(request).status == 403);
    CHECK(served.ask(request).status == 500);
    const RawAnswer busy = served.ask(request);
    CHECK(busy.status == 503);
    CHECK(busy.headers.at("Retry-After") == "7");
    const RawAnswer page = served.ask(request);
    CHECK(page.status == 200);
    CHECK_THAT(page.body, Catch::StartsWith("<html>"));
    const RawAnswer cut = served.ask(request);
    CHECK(cut.end == RawAnswer::End::closed);
    CHECK(cut.body == face_png(1).substr(0, face_png(1).size() / 2));
    const RawAnswer empty = served.ask(request);
    CHECK(empty.status == 200);
    CHECK(empty.headers.at("Content-Length") == "0");
    CHECK(served.ask(request).body == face_png(1));
    const RawAnswer redirect = served.ask(request);
    CHECK(redirect.status == 302);
    CHECK(redirect.headers.at("Location") == "http://127.0.0.1:9/x");
    CHECK(served.ask(request).end == RawAnswer::End::reset);
    CHECK(served.ask(request).body == face_png(1));
    const auto lines = served.simulator().log("image");
    REQUIRE(lines.size() == 11);
    CHECK(lines[8].at("fault") == "image-redirect:http://127.0.0.1:9/x@9-9");
    CHECK(lines[9].at("status") == 0);
    CHECK(lines[10].at("fault").get<std::string>().empty());
}

TEST_CASE("without a folder there are no images") {
    const Simulator simulator;
    CHECK(RawClient(simulator.port()).ask(get("/uploads/1_a.png")).status == 404);
}

}  // namespace ffdump
