// SPDX-License-Identifier: Apache-2.0
#include "tar_header.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <system_error>
#include <utility>

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

std::optional<std::uint64_t> number_in(std::string_view digits, int base) {
    std::uint64_t number = 0;
    const auto [stop, error] =
        std::from_chars(digits.data(), digits.data() + digits.size(), number, base);
    const bool is_number = error == std::errc{} && stop == digits.data() + digits.size();
    return is_number ? std::optional(number) : std::nullopt;
}

std::optional<std::uint64_t> size_of_block(std::string_view block) {
    constexpr int kOctal = 8;
    return block.size() < kTarBlockBytes
               ? std::nullopt
               : number_in(block.substr(kSize.at, kSize.size - 1), kOctal);
}

/// The value of a record of the pax block; nothing when it has none. Loose: the caller compares.
std::optional<std::string_view> extended_value(std::string_view records, std::string_view key) {
    const std::string wanted = fmt::format(" {}=", key);
    const std::size_t at = records.find(wanted);
    if (at == std::string_view::npos) {
        return std::nullopt;
    }
    const std::string_view value = records.substr(at + wanted.size());
    return value.substr(0, value.find('\n'));
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
    const std::optional<std::uint64_t> bytes =
        block.size() == kTarBlockBytes ? size_of_block(block) : std::nullopt;
    return bytes && tar_header(path, *bytes) == block ? bytes : std::nullopt;
}

std::optional<TarHeader> read_tar_header(std::string_view bytes) {
    std::string_view records;
    std::string_view block = bytes;
    if (bytes.size() > kKind.at && bytes[kKind.at] == kExtended) {
        const std::uint64_t size = size_of_block(bytes).value_or(kMostTarHeaderBytes);
        if (bytes.size() < kTarBlockBytes + size + tar_padding(size)) {
            return std::nullopt;
        }
        records = bytes.substr(kTarBlockBytes, static_cast<std::size_t>(size));
        block = bytes.substr(kTarBlockBytes + records.size() + tar_padding(size));
    }
    const std::optional<std::uint64_t> stated = size_of_block(block);
    if (!stated) {
        return std::nullopt;
    }
    constexpr int kDecimal = 10;
    const std::string_view name = block.substr(0, kName.size);
    const std::optional<std::string_view> size = extended_value(records, "size");
    TarHeader header;
    header.path = extended_value(records, "path")
                      .value_or(name.substr(0, std::min(name.find('\0'), kName.size)));
    header.bytes = size ? number_in(*size, kDecimal).value_or(0) : *stated;
    header.text = tar_header(header.path, header.bytes);
    return bytes.starts_with(header.text) ? std::optional(std::move(header)) : std::nullopt;
}

}  // namespace ffdump
