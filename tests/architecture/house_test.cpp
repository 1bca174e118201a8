// SPDX-License-Identifier: Apache-2.0
#include <catch2/catch.hpp>

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <map>
#include <regex>
#include <set>
#include <sstream>
#include <string>
#include <vector>

namespace ffdump {
namespace {

namespace fs = std::filesystem;

const fs::path kRoot = FFDUMP_SOURCE_DIR;
constexpr std::size_t kMostLines = 400;

/// The one table of floors. A room may include rooms of lower floors and itself; two rooms of one
/// floor do not know each other.
const std::map<std::string, int>& floors() {
    static const std::map<std::string, int> table{
        {"base", 0},    {"record", 1},     {"io", 1},      {"config", 1},
        {"net", 1},     {"report", 1},     {"dump", 2},    {"images", 2},
        {"journal", 2}, {"extraction", 2}, {"migrate", 3}, {"verify", 3},
        {"quality", 3}, {"archive", 3},    {"convert", 3}, {"commands", 4},
    };
    return table;
}

struct SourceFile {
    fs::path path;
    std::string room;
    std::string text;
};

std::string text_of(const fs::path& path) {
    std::ifstream in(path);
    std::ostringstream out;
    out << in.rdbuf();
    return out.str();
}

bool is_code(const fs::path& path) {
    return path.extension() == ".cpp" || path.extension() == ".hpp";
}

std::vector<SourceFile> code_under(const fs::path& folder) {
    std::vector<SourceFile> files;
    for (const auto& entry : fs::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file() && is_code(entry.path())) {
            const fs::path inside = fs::relative(entry.path(), folder);
            const std::string room =
                std::distance(inside.begin(), inside.end()) > 1 ? inside.begin()->string() : "";
            files.push_back({entry.path(), room, text_of(entry.path())});
        }
    }
    return files;
}

std::vector<SourceFile> product_code() {
    std::vector<SourceFile> files = code_under(kRoot / "src");
    for (SourceFile& file : code_under(kRoot / "include" / "ffdump")) {
        files.push_back(std::move(file));
    }
    return files;
}

std::vector<std::string> matches(const std::string& text, const std::regex& pattern) {
    std::vector<std::string> found;
    for (auto it = std::sregex_iterator(text.begin(), text.end(), pattern);
         it != std::sregex_iterator(); ++it) {
        found.push_back((*it)[1].str());
    }
    return found;
}

/// What a source says about others: nothing when all is well.
std::vector<std::string> upward_includes(const SourceFile& file) {
    static const std::regex kInclude(R"(#include "ffdump/([a-z]+)/)");
    std::vector<std::string> wrong;
    for (const std::string& other : matches(file.text, kInclude)) {
        const bool downward = floors().contains(other) && floors().contains(file.room) &&
                              (other == file.room || floors().at(other) < floors().at(file.room));
        if (!downward) {
            wrong.push_back(file.room + " -> " + other);
        }
    }
    return wrong;
}

TEST_CASE("house: every room stands on a floor and includes only rooms below it") {
    std::size_t seen = 0;
    for (const SourceFile& file : product_code()) {
        CAPTURE(file.path.string());
        if (file.path.filename() == "main.cpp") {
            continue;
        }
        ++seen;
        CHECK(floors().contains(file.room));
        CHECK(upward_includes(file).empty());
    }
    CHECK(seen > 100);
}

TEST_CASE("house: an include upwards, sideways or of an unknown room is seen") {
    const auto wrong = [](const std::string& room, const std::string& other) {
        return !upward_includes({"x.cpp", room, "#include \"ffdump/" + other + "/x.hpp\"\n"})
                    .empty();
    };
    CHECK(wrong("dump", "migrate"));
    CHECK(wrong("dump", "journal"));
    CHECK(wrong("record", "io"));
    CHECK(wrong("migrate", "verify"));
    CHECK(wrong("base", "util"));
    CHECK_FALSE(wrong("dump", "record"));
    CHECK_FALSE(wrong("dump", "dump"));
}

TEST_CASE("house: no source reaches into another room's folder by a relative path") {
    static const std::regex kRelative(R"re(#include "(\.\./[^"]*)")re");
    for (const SourceFile& file : product_code()) {
        CAPTURE(file.path.string());
        CHECK(matches(file.text, kRelative).empty());
    }
}

TEST_CASE("house: public headers do not bring heavy libraries with them") {
    static const std::regex kHeavy(
        R"(#include <(simdjson|yaml-cpp|nlohmann|curl|msgpack|CLI|openssl|xxhash|zstd|expat|sodium|Eigen)[./])");
    for (const SourceFile& file : code_under(kRoot / "include" / "ffdump")) {
        CAPTURE(file.path.string());
        CHECK(matches(file.text, kHeavy).empty());
    }
}

TEST_CASE("house: no source is longer than 400 lines, and each names its licence first") {
    std::vector<SourceFile> files = product_code();
    for (SourceFile& file : code_under(kRoot / "tests")) {
        files.push_back(std::move(file));
    }
    for (const SourceFile& file : files) {
        CAPTURE(file.path.string());
        const auto lines =
            static_cast<std::size_t>(std::count(file.text.begin(), file.text.end(), '\n'));
        CHECK(lines <= kMostLines);
        CHECK(file.text.starts_with("// SPDX-License-Identifier: Apache-2.0\n"));
    }
}

TEST_CASE("house: file names are unique in the whole tree") {
    std::map<std::string, std::string> seen;
    for (const char* const part : {"src", "include", "tests"}) {
        const fs::path folder = kRoot / part;
        for (const SourceFile& file : code_under(folder)) {
            const std::string name = file.path.filename().string();
            CAPTURE(file.path.string(), seen[name]);
            CHECK(seen[name].empty());
            seen[name] = file.path.string();
        }
    }
}

TEST_CASE("house: every source and test belongs to a target") {
    for (const char* const folder : {"src", "tests"}) {
        for (const SourceFile& file : code_under(kRoot / folder)) {
            if (file.path.extension() != ".cpp") {
                continue;
            }
            const fs::path lists = file.path.parent_path() / "CMakeLists.txt";
            CAPTURE(file.path.string());
            CHECK(text_of(lists).find(file.path.filename().string()) != std::string::npos);
        }
    }
}

TEST_CASE("house: nothing stands at the top level that the layout does not know") {
    const std::set<std::string> allowed{"CMakeLists.txt", "CMakePresets.json", "src",
                                        "include",        "formats",           "tests",
                                        "fixtures",       "README.md",         "LICENSE",
                                        "CHANGELOG.md",   "CONTRIBUTING.md",   "build"};
    for (const auto& entry : fs::directory_iterator(kRoot)) {
        const std::string name = entry.path().filename().string();
        CAPTURE(name);
        CHECK((name.starts_with('.') || allowed.contains(name)));
    }
}

}  // namespace
}  // namespace ffdump
