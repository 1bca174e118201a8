// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <map>
#include <stdexcept>
#include <string>
#include <string_view>
#include <system_error>

namespace ffdump {

/// A new, empty folder of this test's own under TMPDIR or /tmp, mode 0700, removed with all that is
/// in it when the object goes. Throws std::runtime_error when it cannot be made.
class ScratchFolder {
 public:
    ScratchFolder() {
        const char* base = std::getenv("TMPDIR");
        std::string pattern = (base != nullptr && *base != '\0' ? std::string(base) : "/tmp");
        pattern += "/ffdump-test-XXXXXX";
        if (mkdtemp(pattern.data()) == nullptr) {
            throw std::runtime_error(pattern + ": " + std::strerror(errno));
        }
        path_ = pattern;
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;

    [[nodiscard]] const std::filesystem::path& path() const noexcept { return path_; }
    [[nodiscard]] std::string text() const { return path_.string(); }
    /// The path of `name` inside.
    [[nodiscard]] std::string at(std::string_view name) const { return (path_ / name).string(); }

    /// Writes a file, folders above it included; its path.
    // NOLINTNEXTLINE(modernize-use-nodiscard): most callers want the file, not its path
    std::string write(std::string_view name, std::string_view bytes) const {
        const std::filesystem::path path = path_ / name;
        std::filesystem::create_directories(path.parent_path());
        std::ofstream file(path, std::ios::binary);
        file.write(bytes.data(), static_cast<std::streamsize>(bytes.size()));
        if (!file.flush()) {
            throw std::runtime_error("cannot write " + path.string());
        }
        return path.string();
    }

 private:
    std::filesystem::path path_;
};

/// All bytes of a file. Throws std::runtime_error when it cannot be read.
[[nodiscard]] inline std::string file_bytes(const std::filesystem::path& path) {
    std::ifstream file(path, std::ios::binary);
    if (!file) {
        throw std::runtime_error("cannot read " + path.string());
    }
    return {std::istreambuf_iterator<char>(file), {}};
}

/// Every regular file below a folder: path relative to it -> bytes.
[[nodiscard]] inline std::map<std::string, std::string> tree_bytes(
    const std::filesystem::path& folder) {
    std::map<std::string, std::string> files;
    for (const auto& entry : std::filesystem::recursive_directory_iterator(folder)) {
        if (entry.is_regular_file()) {
            files[entry.path().lexically_relative(folder).string()] = file_bytes(entry.path());
        }
    }
    return files;
}

}  // namespace ffdump
