// SPDX-License-Identifier: Apache-2.0
#include "tar_header.hpp"

#include <fmt/format.h>

#include <charconv>
#include <system_error>

namespace ffdump {
namespace {

// POSIX.1-1988, "ustar": where a field begins and how long it is.
struct Field {
    std::size_t at;
    std::size_t size;
};
constexpr Field kName{0, 100};
constexpr Field kMode{100, 8};
constexpr Field kOwner{108, 8};
constexpr Field kGroup{116, 8};
constexpr Field kSize{124, 12};
constexpr Field kTime{136, 12};
constexpr Field kSum{148, 8};
constexpr Field kKind{156, 1};
constexpr Field kMagic{257, 8};
constexpr Field kDeviceMajor{329, 8};
constexpr Field kDeviceMinor{337, 8};

constexpr char kFile = '0';
constexpr char kExtended = 'x';
constexpr std::uint64_t kMostOctalSize = (std::uint64_t{1} << 33U) - 1;
/// 1980-01-01, as archives without a time have it: GNU tar warns of times around 1970.
constexpr std::uint64_t kNoTime = 315532800;
constexpr std::string_view kUstar("ustar\00000", kMagic.size);

void put(std::string& block, Field field, std::string_view text) {
    block.replace(field.at, text.size(), text);
}

void put_octal(std::string& block, Field field, std::uint64_t number) {
    put(block, field, fmt::format("{:0{}o}", number, field.size - 1));
}

std::string header_block(std::string_view name, std::uint64_t bytes, char kind) {
    std::string block(kTarBlockBytes, '\0');
    put(block, kName, name.substr(0, kName.size));
    put_octal(block, kMode, 0600);
    put_octal(block, kOwner, 0);
    put_octal(block, kGroup, 0);
    put_octal(block, kSize, bytes);
    put_octal(block, kTime, kNoTime);
    put(block, kKind, std::string_view(&kind, 1));
    put(block, kMagic, kUstar);
    put_octal(block, kDeviceMajor, 0);
    put_octal(block, kDeviceMinor, 0);
    put(block, kSum, std::string(kSum.size, ' '));
    std::uint64_t sum = 0;
    for (const char byte : block) {
        sum += static_cast<unsigned char>(byte);
    }
    put(block, kSum, fmt::format("{:06o}", sum));
    block[kSum.at + 6] = '\0';
    return block;
}

/// "30 path=...\n", where the number counts itself.
std::string extended_record(std::string_view key, std::string_view value) {
    const std::size_t rest = key.size() + value.size() + 3;
    std::size_t length = rest;
    while (length != rest + std::to_string(length).size()) {
        length = rest + std::to_string(length).size();
    }
    return fmt::format("{} {}={}\n", length, key, value);
}

}  // namespace

std::string tar_header(std::string_view path, std::uint64_t bytes) {
    std::string records;
    if (path.size() > kName.size) {
        records += extended_record("path", path);
    }
    if (bytes > kMostOctalSize) {
        records += extended_record("size", std::to_string(bytes));
    }
    if (records.empty()) {
        return header_block(path, bytes, kFile);
    }
    std::string header = header_block("pax", records.size(), kExtended) + records;
    header.append(tar_padding(records.size()), '\0');
    return header + header_block(path, bytes > kMostOctalSize ? 0 : bytes, kFile);
}

std::size_t tar_padding(std::uint64_t bytes) noexcept {
    return static_cast<std::size_t>((kTarBlockBytes - bytes % kTarBlockBytes) % kTarBlockBytes);
}

std::optional<std::uint64_t> size_in_tar_header(std::string_view block, std::string_view path) {
    constexpr int kOctal = 8;
    if (block.size() != kTarBlockBytes) {
        return std::nullopt;
    }
    const std::string_view digits = block.substr(kSize.at, kSize.size - 1);
    std::uint64_t bytes = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), bytes, kOctal);
    const bool is_number = error == std::errc{} && stop == digits.data() + digits.size();
    return is_number && tar_header(path, bytes) == block ? std::optional(bytes) : std::nullopt;
}

}  // namespace ffdump
