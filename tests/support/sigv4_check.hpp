// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <openssl/evp.h>
#include <openssl/hmac.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <map>
#include <sstream>
#include <string>
#include <string_view>

namespace ffdump {

/// The server's side of AWS Signature Version 4 for one request without a body, after the
/// description at docs.aws.amazon.com ("Create a signed AWS API request"); path and query must be
/// in canonical form already.
class SigV4Check {
 public:
    explicit SigV4Check(const std::string& request) {
        std::istringstream lines(request);
        std::string version;
        std::string target;
        lines >> method_ >> target >> version;
        path_ = target.substr(0, target.find('?'));
        query_ = target.find('?') == std::string::npos ? "" : target.substr(target.find('?') + 1);
        std::string line;
        std::getline(lines, line);
        while (std::getline(lines, line) && line != "\r") {
            const std::size_t colon = line.find(':');
            std::string name = line.substr(0, colon);
            std::ranges::transform(name, name.begin(), [](unsigned char c) {
                return static_cast<char>(std::tolower(c));
            });
            const std::size_t begin = line.find_first_not_of(' ', colon + 1);
            headers_[name] = line.substr(begin, line.size() - begin - 1);
        }
    }

    [[nodiscard]] std::string header(const std::string& name) const {
        const auto found = headers_.find(name);
        return found == headers_.end() ? "" : found->second;
    }
    [[nodiscard]] std::string signed_headers() const { return field("SignedHeaders="); }
    /// REGION/SERVICE/aws4_request
    [[nodiscard]] std::string scope() const {
        const std::string credential = field("Credential=");
        return credential.substr(credential.find('/', credential.find('/') + 1) + 1);
    }

    [[nodiscard]] bool is_signed_by(const std::string& secret) const {
        const std::string date = header("x-amz-date");
        const std::string day = date.substr(0, 8);
        const std::string scope_text = day + "/" + scope();
        const std::string text =
            "AWS4-HMAC-SHA256\n" + date + "\n" + scope_text + "\n" + hex(sha256(canonical()));
        std::string key = "AWS4" + secret;
        std::istringstream parts(scope_text);
        for (std::string part; std::getline(parts, part, '/');) {
            key = hmac(key, part);
        }
        return hex(hmac(key, text)) == field("Signature=");
    }

 private:
    [[nodiscard]] std::string field(const std::string& name) const {
        const std::string text = header("authorization");
        const std::size_t at = text.find(name);
        if (at == std::string::npos) {
            return {};
        }
        const std::size_t begin = at + name.size();
        return text.substr(begin, text.find(',', begin) - begin);
    }
    [[nodiscard]] std::string canonical() const {
        std::string text = method_ + "\n" + path_ + "\n" + query_ + "\n";
        std::istringstream names(signed_headers());
        for (std::string name; std::getline(names, name, ';');) {
            text += name + ":" + header(name) + "\n";
        }
        return text + "\n" + signed_headers() + "\n" + header("x-amz-content-sha256");
    }
    static std::string sha256(std::string_view bytes) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
        return {reinterpret_cast<const char*>(digest.data()), size};
    }
    static std::string hmac(const std::string& key, const std::string& text) {
        std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
        unsigned size = 0;
        HMAC(EVP_sha256(), key.data(), static_cast<int>(key.size()),
             reinterpret_cast<const unsigned char*>(text.data()), text.size(), digest.data(),
             &size);
        return {reinterpret_cast<const char*>(digest.data()), size};
    }
    static std::string hex(std::string_view bytes) {
        constexpr std::string_view kDigits = "0123456789abcdef";
        std::string text;
        for (const char c : bytes) {
            text += kDigits[static_cast<unsigned char>(c) >> 4U];
            text += kDigits[static_cast<unsigned char>(c) & 15U];
        }
        return text;
    }

    std::string method_;
    std::string path_;
    std::string query_;
    std::map<std::string, std::string> headers_;
};

}  // namespace ffdump
