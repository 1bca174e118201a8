// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "child_process.hpp"
#include "program_path.hpp"
#include "scratch_folder.hpp"

#include <stdexcept>
#include <string>
#include <vector>

namespace ffdump {

/// A certificate authority of this test's own, made by openssl when it runs, with a certificate for
/// 127.0.0.1 and localhost and one for a client.
class TestAuthority {
 public:
    TestAuthority() {
        request("ca", {"-x509", "-days", "2", "-subj", "/CN=ffdump test CA"}, "");
        issue("server", "subjectAltName=IP:127.0.0.1,DNS:localhost");
        issue("client", "extendedKeyUsage=clientAuth");
    }

    [[nodiscard]] std::string ca() const { return folder_.at("ca.pem"); }
    [[nodiscard]] std::string certificate(const std::string& whose) const {
        return folder_.at(whose + ".pem");
    }
    [[nodiscard]] std::string key(const std::string& whose) const {
        return folder_.at(whose + ".key");
    }

 private:
    static void run(const std::vector<std::string>& arguments) {
        ChildProcess openssl({program_path("openssl"), arguments, {}, {}, {}});
        const auto end = openssl.wait();
        if (!end || end->code != 0) {
            throw std::runtime_error("openssl failed: " + openssl.err());
        }
    }
    void request(const std::string& name, std::vector<std::string> more, const std::string& out) {
        std::vector<std::string> arguments{"req",
                                           "-new",
                                           "-newkey",
                                           "ec",
                                           "-pkeyopt",
                                           "ec_paramgen_curve:prime256v1",
                                           "-noenc",
                                           "-keyout",
                                           key(name),
                                           "-out",
                                           out.empty() ? certificate(name) : out};
        arguments.insert(arguments.end(), more.begin(), more.end());
        run(arguments);
    }
    void issue(const std::string& name, const std::string& extension) {
        const std::string ask = folder_.at(name + ".csr");
        request(name, {"-subj", "/CN=" + name}, ask);
        run({"x509", "-req", "-in", ask, "-CA", ca(), "-CAkey", key("ca"), "-CAcreateserial",
             "-days", "2", "-out", certificate(name), "-extfile",
             folder_.write(name + ".ext", extension + "\n")});
    }

    ScratchFolder folder_;
};

}  // namespace ffdump
