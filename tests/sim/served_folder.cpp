// SPDX-License-Identifier: Apache-2.0
#include "served_folder.hpp"

#include <array>
#include <cerrno>
#include <charconv>
#include <fcntl.h>
#include <optional>
#include <sys/stat.h>
#include <unistd.h>
#include <vector>

namespace ffdump {

namespace {

constexpr std::string_view kPrefix = "/uploads";
constexpr off_t kMaxFileBytes = off_t{64} << 20U;

/// A descriptor that closes itself.
class Descriptor {
 public:
    explicit Descriptor(int number) : number_(number) {}
    ~Descriptor() {
        if (number_ >= 0) {
            close(number_);
        }
    }
    Descriptor(Descriptor&& other) noexcept : number_(other.number_) { other.number_ = -1; }
    Descriptor& operator=(Descriptor&& other) noexcept {
        std::swap(number_, other.number_);
        return *this;
    }
    Descriptor(const Descriptor&) = delete;
    Descriptor& operator=(const Descriptor&) = delete;
    [[nodiscard]] int number() const noexcept { return number_; }

 private:
    int number_;
};

std::optional<std::string> percent_decoded(std::string_view text) {
    std::string result;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] != '%') {
            result += text[i];
            continue;
        }
        unsigned value = 0;
        const std::string_view digits = text.substr(i + 1, 2);
        const auto [end, error] =
            std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
        if (digits.size() != 2 || error != std::errc{} || end != digits.data() + 2 || value == 0) {
            return std::nullopt;
        }
        result += static_cast<char>(value);
        i += 2;
    }
    return result;
}

/// The path's segments; doubled slashes are merged, as nginx does. Nothing when one climbs.
std::optional<std::vector<std::string>> segments_of(const std::string& path) {
    std::vector<std::string> segments;
    std::size_t begin = 0;
    while (begin <= path.size()) {
        const std::size_t end = std::min(path.find('/', begin), path.size());
        std::string segment = path.substr(begin, end - begin);
        if (segment == "..") {
            return std::nullopt;
        }
        if (!segment.empty() && segment != ".") {
            segments.push_back(std::move(segment));
        }
        begin = end + 1;
    }
    return segments;
}

/// Opens segment by segment below `folder` and follows no symbolic link.
Descriptor open_below(const std::string& folder, const std::vector<std::string>& segments) {
    Descriptor at(open(folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
    for (const std::string& segment : segments) {
        if (at.number() < 0) {
            break;
        }
        // O_NONBLOCK: a FIFO among the images must not block the double.
        at = Descriptor(
            openat(at.number(), segment.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
    }
    return at;
}

bool read_all(int file, std::string& text) {
    std::size_t done = 0;
    while (done < text.size()) {
        const ssize_t got = read(file, text.data() + done, text.size() - done);
        if (got < 0 && errno == EINTR) {
            continue;
        }
        if (got <= 0) {
            return false;
        }
        done += static_cast<std::size_t>(got);
    }
    return true;
}

WireAnswer plain(int status) {
    WireAnswer answer;
    answer.status = status;
    answer.content_type = "text/html";
    answer.body = "<html><body>" + std::to_string(status) + " (test double)</body></html>\n";
    return answer;
}

std::string type_of(std::string_view bytes) {
    if (bytes.starts_with("\x89PNG")) {
        return "image/png";
    }
    return bytes.starts_with("\xff\xd8\xff") ? "image/jpeg" : "application/octet-stream";
}

}  // namespace

bool ImageFolder::owns(const std::string& path) {
    return path == kPrefix || path.starts_with(std::string(kPrefix) + "/");
}

WireAnswer ImageFolder::answer(const WireRequest& request, RequestFacts& facts) {
    facts.kind = "image";
    facts.number = ++requests_;
    const FaultRule* fault = faults_.image_fault(facts.number);
    if (fault == nullptr) {
        return file(request, facts);
    }
    facts.fault = fault->spec;
    if (fault->kind == FaultKind::redirect) {
        WireAnswer answer = plain(302);
        answer.headers.emplace_back("Location", fault->argument);
        return answer;
    }
    WireAnswer answer = fault->kind == FaultKind::html ? plain(200) : file(request, facts);
    answer.head_only = request.method == "HEAD";
    static_cast<void>(apply_transport_fault(*fault, answer));
    return answer;
}

WireAnswer ImageFolder::file(const WireRequest& request, RequestFacts& facts) const {
    if (request.method != "GET" && request.method != "HEAD") {
        facts.error = "images take GET and HEAD only";
        return plain(405);
    }
    const auto path = percent_decoded(std::string_view(request.path).substr(kPrefix.size()));
    const auto segments = path ? segments_of(*path) : std::nullopt;
    if (!segments) {
        facts.error = "the path climbs or is malformed";
        return plain(400);
    }
    const Descriptor file = folder_.empty() ? Descriptor(-1) : open_below(folder_, *segments);
    struct stat status{};
    if (file.number() < 0 || fstat(file.number(), &status) != 0) {
        return plain(404);
    }
    if (S_ISDIR(status.st_mode)) {
        return plain(403);
    }
    if (!S_ISREG(status.st_mode) || status.st_size > kMaxFileBytes) {
        return plain(404);
    }
    WireAnswer answer;
    answer.body.resize(static_cast<std::size_t>(status.st_size));
    if (!read_all(file.number(), answer.body)) {
        return plain(500);
    }
    answer.content_type = type_of(answer.body);
    answer.head_only = request.method == "HEAD";
    return answer;
}

}  // namespace ffdump
