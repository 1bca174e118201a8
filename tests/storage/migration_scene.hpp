// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "e2e/made_dump.hpp"
#include "support/program_path.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <functional>
#include <map>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// A dump, the extraction double, and the dump that a folder of images leads to.
class Scene {
 public:
    static constexpr std::size_t kRecords = 30;

    Scene() : dump(kRecords), service(dump.service()), expected(dump.undisturbed()) {}

    /// migrate with `storage` as the section normalized_storage; "~" in it is the scratch folder.
    [[nodiscard]] ChildEnd run(const Arguments& command, const std::string& storage,
                               const std::map<std::string, std::string>& environment = {}) {
        std::string text =
            "extraction-api: {extraction-api: '" + service.url() +
            "'}\nworkers_num: 2\nextraction_batch_size: 4\nffdump:\n  model: new_16\n"
            "  retry: {base_delay: 2ms, max_delay: 10ms, probe_max: 20ms, give_up_after: 300ms}\n"
            "normalized_storage:\n  " +
            storage + "\n";
        for (std::size_t at = text.find('~'); at != std::string::npos; at = text.find('~')) {
            text.replace(at, 1, dump.folder().text());
        }
        const std::string file = dump.folder().write("run.ini", text);
        Arguments arguments = command;
        arguments.insert(arguments.end(), {"--config", file, "--from", dump.from()});
        ChildCommand child = ffdump_command(std::move(arguments));
        child.environment = environment;
        ChildProcess process(child);
        auto end = process.wait();
        if (!end) {
            throw std::runtime_error("ffdump does not end: " + process.err());
        }
        return std::move(*end);
    }

    void check_same(const std::string& storage,
                    const std::map<std::string, std::string>& environment = {}) {
        INFO(storage);
        std::filesystem::remove_all(dump.at("new"));
        const ChildEnd end = run({"migrate", "--to", dump.at("new")}, storage, environment);
        INFO(end.err);
        REQUIRE(end.words() == "exit 0");
        CHECK(dump_files(dump.at("new")) == expected);
        out = end.out;
    }

    void pack(const std::string& name, std::vector<std::string> options) const {
        options.insert(options.end(),
                       {"-C", dump.folder().text(), "-cf", dump.at(name), "uploads"});
        ChildProcess tar({program_path("tar"), options, {}, {}, {}});
        if (const auto end = tar.wait(); !end || end->code != 0) {
            throw std::runtime_error("tar: " + tar.err());
        }
    }

    void each_image(const std::function<void(const std::string&, const std::string&)>& put) const {
        for (std::size_t id = 1; id <= kRecords; ++id) {
            put(MadeDump::image_name(id), face_png(id));
        }
    }

    MadeDump dump;
    Simulator service;
    std::map<std::string, std::string> expected;
    std::string out;
};

}  // namespace ffdump
