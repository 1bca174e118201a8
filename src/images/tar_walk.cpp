// SPDX-License-Identifier: Apache-2.0
#include "tar_walk.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <archive.h>
#include <archive_entry.h>
#include <cerrno>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kBlockBytes = 64U << 10U;
constexpr la_int64_t kTarBlock = 512;

struct ArchiveDeleter {
    void operator()(archive* reader) const noexcept { archive_read_free(reader); }
};

std::string name_of(archive_entry* entry) {
    // The first is null when pax's UTF-8 has no spelling in the locale.
    const char* text = archive_entry_pathname(entry);
    if (text == nullptr) {
        text = archive_entry_pathname_utf8(entry);
    }
    std::string_view name = text == nullptr ? std::string_view() : std::string_view(text);
    while (name.starts_with("./") || name.starts_with('/')) {
        name.remove_prefix(name.front() == '/' ? 1 : 2);
    }
    return std::string(name);
}

}  // namespace

struct TarWalk::State {
    RandomBytes* bytes = nullptr;
    std::uint64_t begin = 0;
    std::uint64_t at = 0;
    bool has_member = false;  ///< whose bytes are not all read
    std::vector<char> block = std::vector<char>(kBlockBytes);
    std::optional<Error> failure;  ///< of the bytes below, which says more than libarchive's
    std::unique_ptr<archive, ArchiveDeleter> reader{archive_read_new()};

    static la_ssize_t give(archive* reader, void* self, const void** out) noexcept {
        auto& state = *static_cast<State*>(self);
        Result<std::size_t> count = state.bytes->read_at(state.block, state.at);
        if (!count) {
            state.failure = std::move(count).error();
            archive_set_error(reader, EIO, "read");
            return -1;
        }
        state.at += *count;
        *out = state.block.data();
        return static_cast<la_ssize_t>(*count);
    }

    static la_int64_t skip(archive*, void* self, la_int64_t wanted) noexcept {
        auto& state = *static_cast<State*>(self);
        const std::uint64_t left = state.bytes->size() - std::min(state.bytes->size(), state.at);
        const std::uint64_t count = std::min(left, static_cast<std::uint64_t>(wanted));
        state.at += count;
        return static_cast<la_int64_t>(count);
    }

    [[nodiscard]] Error error() {
        if (failure) {
            return std::move(*std::exchange(failure, std::nullopt));
        }
        const char* const text = archive_error_string(reader.get());
        constexpr std::size_t kLongest = 200;
        return {Reason::storage_unreadable,
                fmt::format(
                    "the archive cannot be read: {}",
                    printable(std::string_view(text == nullptr ? "" : text).substr(0, kLongest)))};
    }
};

TarWalk::TarWalk(std::unique_ptr<State> state) : state_(std::move(state)) {}
TarWalk::TarWalk(TarWalk&&) noexcept = default;
TarWalk& TarWalk::operator=(TarWalk&&) noexcept = default;
TarWalk::~TarWalk() = default;

Result<TarWalk> TarWalk::open(RandomBytes& bytes, std::uint64_t place, TarPacking packing) {
    auto state = std::make_unique<State>();
    state->bytes = &bytes;
    state->begin = place;
    state->at = place;
    archive* const reader = state->reader.get();
    archive_read_support_format_tar(reader);
    // Else images behind the end of the first of joined archives would be missing in silence.
    archive_read_set_format_option(reader, "tar", "read_concatenated_archives", "1");
    if (packing == TarPacking::any) {
        // No others: some of libarchive's filters start programs.
        archive_read_support_filter_gzip(reader);
        archive_read_support_filter_zstd(reader);
        archive_read_support_filter_xz(reader);
        archive_read_support_filter_bzip2(reader);
    }
    archive_read_set_read_callback(reader, &State::give);
    archive_read_set_skip_callback(reader, &State::skip);
    archive_read_set_callback_data(reader, state.get());
    if (archive_read_open1(reader) != ARCHIVE_OK) {
        return failed(state->error());
    }
    return TarWalk(std::move(state));
}

Result<std::optional<TarMember>> TarWalk::next() {
    archive* const reader = state_->reader.get();
    archive_entry* entry = nullptr;
    while (true) {
        if (std::exchange(state_->has_member, false)) {
            archive_read_data_skip(reader);  // what fails here fails again below
        }
        const la_int64_t behind_member = archive_filter_bytes(reader, 0);
        const int code = archive_read_next_header(reader, &entry);
        if (code == ARCHIVE_EOF) {
            // An archive ends with blocks of zeros; libarchive takes the end of the bytes for one.
            return archive_filter_bytes(reader, 0) - behind_member >= kTarBlock
                       ? Result<std::optional<TarMember>>(std::nullopt)
                       : failed(Error(Reason::storage_unreadable,
                                      "the archive is cut off between two files")
                                    .hint("copy it again, or make it anew"));
        }
        if (code != ARCHIVE_OK && code != ARCHIVE_WARN) {
            return failed(state_->error());
        }
        state_->has_member = true;
        const bool is_file = archive_entry_filetype(entry) == AE_IFREG &&
                             archive_entry_hardlink(entry) == nullptr &&
                             archive_entry_size(entry) >= 0;
        if (is_file) {
            const auto header = static_cast<std::uint64_t>(archive_read_header_position(reader));
            return TarMember{name_of(entry), state_->begin + header,
                             static_cast<std::uint64_t>(archive_entry_size(entry))};
        }
    }
}

Result<std::string> TarWalk::read(std::size_t most) {
    std::string bytes(most, '\0');
    std::size_t filled = 0;
    while (filled < most) {
        const la_ssize_t count =
            archive_read_data(state_->reader.get(), bytes.data() + filled, bytes.size() - filled);
        if (count < 0) {
            return failed(state_->error());
        }
        if (count == 0) {
            break;
        }
        filled += static_cast<std::size_t>(count);
    }
    bytes.resize(filled);
    return bytes;
}

std::uint64_t TarWalk::position() const noexcept {
    return state_->at;
}

}  // namespace ffdump
