// SPDX-License-Identifier: Apache-2.0
#include "member_file.hpp"

#include "ffdump/io/random_bytes.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

class MemberFile final : public File {
 public:
    MemberFile(std::unique_ptr<RandomBytes> tar, MemberPlace place)
        : tar_(std::move(tar)), place_(std::move(place)) {}

    [[nodiscard]] Result<std::size_t> read(std::span<char> out) override {
        return read_at(out, position_).map([this](std::size_t got) {
            position_ += got;
            return got;
        });
    }
    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        const ArchiveMember& member = place_.member;
        const std::uint64_t left = member.bytes - std::min(offset, member.bytes);
        out = out.first(static_cast<std::size_t>(std::min<std::uint64_t>(left, out.size())));
        std::size_t done = 0;
        while (done < out.size()) {
            Result<std::size_t> got =
                tar_->read_at(out.subspan(done), member.data_at() + offset + done);
            if (!got || *got == 0) {
                const std::string what = got ? "the archive ends here" : got.error().detail();
                return failed(Error(Reason::archive_damaged, what)
                                  .at_file(place_.path)
                                  .at_offset(offset + done));
            }
            done += *got;
        }
        return done;
    }
    [[nodiscard]] Result<void> write(std::string_view /*bytes*/) override { return read_only(); }
    [[nodiscard]] Result<void> truncate(std::uint64_t /*size*/) override { return read_only(); }
    [[nodiscard]] Result<void> sync() override { return read_only(); }
    [[nodiscard]] Result<FileIdentity> identity() override {
        FileIdentity identity = place_.identity;
        identity.size = place_.member.bytes;
        return identity;
    }
    [[nodiscard]] Result<bool> is_private() override { return false; }
    void drop_cache() override {}
    [[nodiscard]] Result<void> close() override { return {}; }
    [[nodiscard]] const std::string& path() const override { return place_.path; }

 private:
    [[nodiscard]] Result<void> read_only() const {
        return failed(
            Error(Reason::output_unwritable, "an archive is only read").at_file(place_.path));
    }

    std::unique_ptr<RandomBytes> tar_;
    MemberPlace place_;
    std::uint64_t position_ = 0;
};

Error changed(const std::string& archive) {
    return Error(Reason::source_changed, "the archive changed while it was read").at_file(archive);
}

Result<bool> is_same_file(FileSystem& files, const MemberPlace& place) {
    Result<std::unique_ptr<File>> file = files.open_read(place.archive);
    if (!file) {
        return failed(std::move(file.error()));
    }
    return (*file)->identity().map(
        [&place](const FileIdentity& identity) { return identity == place.identity; });
}

}  // namespace

Result<std::unique_ptr<File>> open_member_file(FileSystem& files, MemberPlace place) {
    Result<std::unique_ptr<RandomBytes>> tar = open_seekable_zstd(files, place.archive);
    if (!tar) {
        return failed(std::move(tar.error()));
    }
    const Result<bool> is_same = is_same_file(files, place);
    if (!is_same) {
        return failed(is_same.error());
    }
    if (!*is_same || *tar == nullptr) {
        return failed(changed(place.archive));
    }
    return std::make_unique<MemberFile>(std::move(*tar), std::move(place));
}

}  // namespace ffdump
