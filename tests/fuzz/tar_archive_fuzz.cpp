// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "support/drip_source.hpp"
#include "tar_walk.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/archive_reader.hpp"
#include "ffdump/io/random_bytes.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// Of one member, and of all: bombs are slow.
constexpr std::size_t kMostBytes = std::size_t{16} << 10U;
constexpr std::size_t kMostMembers = 64;
constexpr std::size_t kBlockBytes = 512;

class MemoryBytes final : public RandomBytes {
 public:
    explicit MemoryBytes(std::string_view bytes) : bytes_(bytes) {}
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        const std::uint64_t begin = std::min<std::uint64_t>(offset, bytes_.size());
        return bytes_.copy(out.data(), out.size(), static_cast<std::size_t>(begin));
    }
    [[nodiscard]] std::uint64_t size() const noexcept override { return bytes_.size(); }

 private:
    std::string_view bytes_;
};

/// Headers of tar with checksums that fit, else no change would ever get past them.
std::string mended(std::string_view input) {
    constexpr std::size_t kSumAt = 148;
    constexpr std::size_t kSumBytes = 8;
    constexpr std::size_t kMagicAt = 257;
    std::string bytes(input);
    for (std::size_t at = 0; at + kBlockBytes <= bytes.size(); at += kBlockBytes) {
        if (bytes.compare(at + kMagicAt, 5, "ustar") != 0) {
            continue;
        }
        bytes.replace(at + kSumAt, kSumBytes, kSumBytes, ' ');
        unsigned sum = 0;
        for (std::size_t i = at; i < at + kBlockBytes; ++i) {
            sum += static_cast<unsigned char>(bytes[i]);
        }
        bytes.replace(at + kSumAt, kSumBytes - 1, fmt::format("{:06o}", sum) + '\0');
    }
    return bytes;
}

struct Member {
    std::string path;
    std::string bytes;
    EntryKind kind = EntryKind::other;
    friend bool operator==(const Member&, const Member&) = default;
};

struct Listing {
    std::vector<Member> members;
    std::optional<Error> error;
};

/// As `inspect` reads an archive.
Listing listed(std::string_view bytes, std::size_t piece) {
    Listing listing;
    DripSource source(bytes, piece);
    auto reader = open_archive(source, "dump.tar");
    if (!reader) {
        listing.error = std::move(reader.error());
        return listing;
    }
    std::array<char, 4096> out{};
    while (listing.members.size() < kMostMembers) {
        const Result<const ArchiveEntry*> entry = (*reader)->next();
        if (!entry) {
            listing.error = entry.error();
            return listing;
        }
        if (*entry == nullptr) {
            return listing;
        }
        Member& member = listing.members.emplace_back();
        member.path = (*entry)->path;
        member.kind = (*entry)->kind;
        while (member.kind == EntryKind::file && member.bytes.size() < kMostBytes) {
            const Result<std::size_t> count = (*reader)->read(out);
            if (!count) {
                listing.error = count.error();
                return listing;
            }
            if (*count == 0) {
                break;
            }
            member.bytes.append(out.data(), *count);
        }
    }
    return listing;
}

void hold_error(const Error& error, Reason reason) {
    must_hold(error.reason() == reason, "archives are judged");
    must_hold(printable(error.one_line()) == error.one_line(),
              "what is shown of an archive steers no terminal");
}

void hold_listing(std::string_view bytes) {
    const Listing listing = listed(bytes, SIZE_MAX);
    if (listing.error) {
        hold_error(*listing.error, Reason::source_unreadable);
        return;
    }
    const Listing in_pieces = listed(bytes, 509);
    must_hold(!in_pieces.error && in_pieces.members == listing.members,
              "how much is read at once changes nothing");
}

/// As images are looked for: what a walk finds, another one finds from its header on.
void hold_walk(std::string_view bytes, TarPacking packing) {
    MemoryBytes memory(bytes);
    Result<TarWalk> walk = TarWalk::open(memory, 0, packing);
    for (std::size_t i = 0; walk && i < kMostMembers; ++i) {
        const Result<std::optional<TarMember>> member = walk->next();
        if (!member) {
            hold_error(member.error(), Reason::storage_unreadable);
            return;
        }
        if (!member->has_value()) {
            return;
        }
        const Result<std::string> read = walk->read(kMostBytes);
        if (!read) {
            hold_error(read.error(), Reason::storage_unreadable);
            return;
        }
        must_hold(read->size() <= kMostBytes && read->size() <= (*member)->bytes,
                  "a member has no more bytes than it says");
    }
}

}  // namespace

void fuzz_tar_archive(std::string_view input) {
    const unsigned choice = take_choice(input);
    const std::string bytes = choice % 8 == 7 ? std::string(input) : mended(input);
    switch (choice % 3) {
        case 0:
            hold_listing(bytes);
            return;
        case 1:
            hold_walk(bytes, TarPacking::none);
            return;
        default:
            hold_walk(bytes, TarPacking::any);
            return;
    }
}

}  // namespace ffdump
