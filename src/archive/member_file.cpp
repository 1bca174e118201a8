// SPDX-License-Identifier: Apache-2.0
#include "member_file.hpp"

#include "read_only_file.hpp"

#include "ffdump/io/random_bytes.hpp"

#include <utility>

namespace ffdump {
namespace {

class MemberFile final : public ReadOnlyFile {
 public:
    MemberFile(std::unique_ptr<RandomBytes> tar, MemberPlace place)
        : ReadOnlyFile(place.path, place.identity, place.member.bytes),
          tar_(std::move(tar)),
          place_(std::move(place)) {}

    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        out = within(out, offset);
        std::size_t done = 0;
        while (done < out.size()) {
            Result<std::size_t> got =
                tar_->read_at(out.subspan(done), place_.member.data_at() + offset + done);
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

 private:
    std::unique_ptr<RandomBytes> tar_;
    MemberPlace place_;
};

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
        return failed(archive_changed(place.archive));
    }
    return std::make_unique<MemberFile>(std::move(*tar), std::move(place));
}

}  // namespace ffdump
