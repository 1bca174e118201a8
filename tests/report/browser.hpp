// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/child_process.hpp"
#include "support/program_path.hpp"
#include "support/scratch_folder.hpp"

#include <regex>
#include <sstream>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// Headless Chromium, with a home of its own and nothing that it might fetch for itself.
class Browser {
 public:
    struct Shown {
        std::string dom;                 ///< after loading
        std::string console;             ///< what the page had to say
        std::vector<std::string> hosts;  ///< that were asked for over HTTP, but for Chromium's own
    };

    /// Opens the page and keeps a picture of it as `picture`. Throws when Chromium does not end.
    [[nodiscard]] Shown show(const std::string& path, const std::string& picture) const {
        Shown shown;
        shown.dom =
            run(path, {"--dump-dom", "--log-net-log=" + home_.at("net.json")}, shown.console);
        shown.hosts = hosts_in(file_bytes(home_.at("net.json")));
        run(path, {"--screenshot=" + picture, "--window-size=1000,2400"}, shown.console);
        return shown;
    }

 private:
    /// Chromium calls home whatever it is told; no name is resolved, so nothing leaves the machine.
    static std::vector<std::string> hosts_in(const std::string& log) {
        static const std::regex kUrl(R"re("url":"(?:https?|wss?)://([^/":]+))re");
        static const std::regex kOwn(R"re((?:.*\.)?(?:google|googleapis|gvt1|gstatic)\.com)re");
        std::vector<std::string> hosts;
        for (auto it = std::sregex_iterator(log.begin(), log.end(), kUrl);
             it != std::sregex_iterator(); ++it) {
            if (const std::string host = (*it)[1].str(); !std::regex_match(host, kOwn)) {
                hosts.push_back(host);
            }
        }
        return hosts;
    }

    std::string run(const std::string& path, std::vector<std::string> arguments,
                    std::string& console) const {
        for (const char* const word :
             {"--headless", "--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage",
              "--disable-background-networking", "--disable-component-update", "--disable-sync",
              "--disable-extensions", "--no-first-run", "--no-default-browser-check",
              "--no-proxy-server", "--host-resolver-rules=MAP * ~NOTFOUND",
              "--enable-logging=stderr"}) {
            arguments.emplace_back(word);
        }
        arguments.push_back("--user-data-dir=" + home_.at("profile"));
        arguments.push_back("file://" + path);
        ChildProcess child(
            ChildCommand{program_path("chromium"),
                         std::move(arguments),
                         {{"HOME", home_.at("")}, {"DBUS_SESSION_BUS_ADDRESS", "disabled:"}},
                         {},
                         {}});
        auto end = child.wait();
        if (!end || end->code != 0) {
            throw std::runtime_error("chromium: " + (end ? end->words() + end->err : child.err()));
        }
        std::istringstream lines(end->err);
        for (std::string line; std::getline(lines, line);) {
            console += line.find("CONSOLE") == std::string::npos ? "" : line + "\n";
        }
        return end->out;
    }

    ScratchFolder home_;
};

}  // namespace ffdump
