// SPDX-License-Identifier: Apache-2.0
#include "salvaged_runs.hpp"

#include <array>
#include <string>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kLookBytes = std::size_t{1} << 20U;

std::string_view magic_of(Compression::Kind packing) {
    return packing == Compression::Kind::zstd ? std::string_view("\x28\xB5\x2F\xFD")
                                              : std::string_view("\x1F\x8B\x08");
}

/// The content of a packed file of which `run` is there.
class UnpackedRun final : public ByteSource {
 public:
    UnpackedRun(TarPieces& pieces, TarRange run, bool begins_file, Compression::Kind packing)
        : pieces_(pieces), run_(run), packing_(packing) {
        if (begins_file) {
            unpack_from(run.begin);
        } else {
            find_frame();
        }
    }

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        // An end within a frame is the end.
        return unpacked_ ? unpacked_->read(out).value_or(0) : 0;
    }
    [[nodiscard]] Result<void> skip(std::uint64_t count) override {
        return read_over(*this, count);
    }

 private:
    void unpack_from(std::uint64_t place) {
        packed_ = make_run_source(pieces_, {place, run_.end});
        unpacked_ = make_unpacking_source(*packed_, packing_, "archive");
    }

    /// A frame's first bytes may stand in another's content by chance: what follows must unpack.
    [[nodiscard]] bool is_frame_at(std::uint64_t place) {
        std::array<char, 4096> content{};
        unpack_from(place);
        const bool unpacks = unpacked_->read(content).has_value();
        unpack_from(place);
        return unpacks;
    }

    void find_frame() {
        const std::string_view magic = magic_of(packing_);
        for (std::uint64_t at = run_.begin; at < run_.end;) {
            const std::unique_ptr<ByteSource> source = make_run_source(pieces_, {at, run_.end});
            const std::string bytes = read_up_to(*source, kLookBytes).value_or("");
            for (std::size_t found = bytes.find(magic); found != std::string::npos;
                 found = bytes.find(magic, found + 1)) {
                if (is_frame_at(at + found)) {
                    return;
                }
            }
            at += bytes.size() < kLookBytes ? run_.end - at : kLookBytes - (magic.size() - 1);
        }
        unpacked_.reset();
    }

    TarPieces& pieces_;
    TarRange run_;
    Compression::Kind packing_;
    std::unique_ptr<ByteSource> packed_;
    std::unique_ptr<ByteSource> unpacked_;
};

}  // namespace

std::vector<SalvagedRun> open_runs(TarPieces& pieces, const std::vector<TarRange>& runs,
                                   std::uint64_t data_at, Compression::Kind packing) {
    std::vector<SalvagedRun> opened;
    for (const TarRange& run : runs) {
        SalvagedRun& one = opened.emplace_back();
        one.begins_file = run.begin == data_at;
        if (packing == Compression::Kind::none) {
            one.bytes = make_run_source(pieces, run);
        } else {
            one.bytes = std::make_unique<UnpackedRun>(pieces, run, one.begins_file, packing);
        }
    }
    return opened;
}

}  // namespace ffdump
