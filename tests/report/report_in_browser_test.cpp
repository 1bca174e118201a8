// SPDX-License-Identifier: Apache-2.0
#include "browser.hpp"
#include "e2e/made_dump.hpp"
#include "quality/made_people.hpp"

#include <catch2/catch.hpp>

#include <algorithm>
#include <regex>
#include <sys/stat.h>

namespace ffdump {
namespace {

/// Every plot of a page as the browser has it.
std::vector<std::string> plots_of(const std::string& dom) {
    std::vector<std::string> plots;
    for (std::size_t at = dom.find("<svg"); at != std::string::npos;
         at = dom.find("<svg", at + 1)) {
        plots.push_back(dom.substr(at, dom.find("</svg>", at) - at));
    }
    return plots;
}

/// A bar that can be seen, or a line that is not flat.
bool is_empty(const std::string& plot) {
    static const std::regex kBar(R"re(<rect[^>]* height="(?!0\.0)[0-9.]+")re");
    static const std::regex kLine(
        R"re(<polyline[^>]* points="[0-9.]+,([0-9.]+) (?=[^"]*,(?!\1[ "])))re");
    return !std::regex_search(plot, kBar) && !std::regex_search(plot, kLine);
}

/// Where the picture is kept, for whoever wants to look at it.
std::string picture_of(const std::string& name) {
    std::filesystem::create_directories(FFDUMP_BINARY_DIR "/tests/report/pictures");
    return FFDUMP_BINARY_DIR "/tests/report/pictures/" + name + ".png";
}

void check_page(const std::string& page, const std::string& name, const std::string& verdict,
                std::size_t plots) {
    struct stat status{};
    REQUIRE(stat(page.c_str(), &status) == 0);
    CHECK((status.st_mode & 0777U) == 0600);
    const std::string picture = picture_of(name);
    std::filesystem::remove(picture);
    const Browser::Shown shown = Browser().show(page, picture);
    CHECK(has(shown.dom, "id=\"verdict\">" + verdict + "</p>"));
    CHECK(shown.dom.find("verdict\">") < shown.dom.find("<table"));
    CHECK(plots_of(shown.dom).size() == plots);
    for (const std::string& plot : plots_of(shown.dom)) {
        CAPTURE(plot);
        CHECK_FALSE(is_empty(plot));
    }
    CHECK(shown.console.empty());
    CHECK(shown.hosts.empty());
    CHECK(file_bytes(picture).starts_with("\x89PNG"));
    CHECK(std::filesystem::file_size(picture) > 20'000);
}

}  // namespace

TEST_CASE("the browser tells of a page that asks somebody, complains or shows an empty plot") {
    const ScratchFolder folder;
    folder.write("page.html", R"(<img src="http://outside.invalid/x.png"><svg></svg>
        <script>console.error("a complaint")</script>)");
    const Browser::Shown shown = Browser().show(folder.at("page.html"), folder.at("page.png"));
    CHECK(std::ranges::count(shown.hosts, "outside.invalid") != 0);
    CHECK(has(shown.console, "a complaint"));
    REQUIRE(plots_of(shown.dom).size() == 1);
    CHECK(is_empty(plots_of(shown.dom).front()));
    CHECK(is_empty(
        R"(<svg><rect class="bar" height="0.0"></rect><polyline points="1.0,2.0 3.0,2.0">)"));
}

TEST_CASE("a browser shows verify's report with verdict and plots, and asks nobody for anything") {
    const MadeDump dump(60);
    dump.remove_image(7);
    const Simulator service(dump.service());
    REQUIRE(run_ffdump(dump.migrate(service, "new")).code == 3);
    const std::string page = dump.at("report.html");
    const ChildEnd end =
        dump.verify_sample(service, {"--report", page, "--sample", "30", "--quiet"});
    INFO(end.err);
    REQUIRE(end.code == 0);
    // Galleries, failures by reason, norms, the sample, throughput.
    check_page(page, "verify", "restorable (1 record failed, 0 excluded)", 5);
    CHECK_FALSE(has(file_bytes(page), MadeDump::image_name(1)));
    CHECK(has(file_bytes(page), "Throughput over time"));
}

TEST_CASE("a browser shows quality's report with verdict and plots, and asks nobody for anything") {
    const MadePeople people({.people = 100, .swapped = 0.02});
    const std::string page = people.folder().at("report.html");
    const ChildEnd end =
        run_ffdump({"quality", "--from", people.folder().at("old"), "--to",
                    people.folder().at("new"), "--group-by", "meta.person", "--report", page,
                    "--threshold", "0.5", "--seed", "1", "--quiet"});
    INFO(end.err);
    REQUIRE(end.code == 0);
    // Similarities and neighbours.
    check_page(page, "quality", last_line(end.out), 2);
    CHECK(has(file_bytes(page), std::to_string(*people.swapped.begin())));
    CHECK_FALSE(has(file_bytes(page), "secret"));
}

TEST_CASE("names of a hostile dump run nothing in a browser and fetch nothing") {
    const MadePeople people({.people = 30});
    // A file name may be anything but a slash.
    const std::string name =
        "<script>document.title='run'<\u2215script><img src=x onerror=alert(1)>'\">&lt;.json";
    for (const char* const part : {"old/", "new/"}) {
        std::filesystem::rename(people.folder().at(part + std::string("people.json")),
                                people.folder().at(part + name));
    }
    const std::string page = people.folder().at("report.html");
    const ChildEnd end = run_ffdump({"quality", "--from", people.folder().at("old"), "--to",
                                     people.folder().at("new"), "--report", page, "--quiet"});
    INFO(end.err);
    REQUIRE(end.code == 0);
    const Browser::Shown shown = Browser().show(page, picture_of("hostile"));
    CHECK_FALSE(has(shown.dom, "<script"));
    CHECK_FALSE(has(shown.dom, "<img"));
    CHECK(has(shown.dom, "&lt;script&gt;document.title='run'"));
    CHECK(has(shown.dom, "<title>ffdump quality</title>"));
    CHECK(shown.console.empty());
    CHECK(shown.hosts.empty());
}

}  // namespace ffdump
