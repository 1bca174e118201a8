// SPDX-License-Identifier: Apache-2.0
#include "read_only_file.hpp"
#include "read_only_view.hpp"
#include "tar_members.hpp"

#include "ffdump/archive/archive_view.hpp"

#include <algorithm>
#include <set>
#include <utility>

namespace ffdump {
namespace {

class TarMemberFile final : public ReadOnlyFile {
 public:
    TarMemberFile(std::shared_ptr<TarMembers> members, const TarMember& member, std::string path)
        : ReadOnlyFile(std::move(path), members->identity(), member.bytes),
          members_(std::move(members)),
          member_(member) {}
    ~TarMemberFile() override {
        if (pass_ != nullptr) {
            members_->give_back(std::move(pass_));
        }
    }
    TarMemberFile(const TarMemberFile&) = delete;
    TarMemberFile& operator=(const TarMemberFile&) = delete;

    [[nodiscard]] Result<std::size_t> read_at(std::span<char> out, std::uint64_t offset) override {
        out = within(out, offset);
        const std::size_t wanted = out.size();
        if (offset < member_.begin.size()) {
            const std::string_view kept = std::string_view(member_.begin).substr(offset);
            const std::size_t from_memory = kept.copy(out.data(), out.size());
            out = out.subspan(from_memory);
            offset += from_memory;
        }
        return out.empty() ? Result<std::size_t>(wanted)
                           : stand_at(offset)
                                 .and_then([&] { return pass_->fill(out); })
                                 .map([wanted] { return wanted; })
                                 .map_error([this](Error error) {
                                     pass_.reset();
                                     return error;
                                 });
    }

 private:
    [[nodiscard]] Result<void> stand_at(std::uint64_t offset) {
        if (pass_ == nullptr || !pass_->can_reach(member_.entry, offset)) {
            Result<std::unique_ptr<TarPass>> pass = members_->pass_to(member_.entry, offset);
            if (!pass) {
                return failed(std::move(pass.error()));
            }
            pass_ = std::move(*pass);
        }
        return pass_->go_to(member_.entry, offset);
    }

    std::shared_ptr<TarMembers> members_;
    const TarMember& member_;  ///< of members_
    std::unique_ptr<TarPass> pass_;
};

}  // namespace

Result<std::unique_ptr<FileSystem>> open_tar_view(FileSystem& files, const std::string& path,
                                                  const UnpackProgress& progress) {
    const Result<bool> is_file = is_no_folder(files, path, FilePurpose::reading);
    if (!is_file) {
        return failed(is_file.error());
    }
    if (!*is_file) {
        return std::unique_ptr<FileSystem>();
    }
    Result<std::shared_ptr<TarMembers>> members = TarMembers::find(files, path, progress);
    if (!members || *members == nullptr) {
        return members ? Result<std::unique_ptr<FileSystem>>(nullptr)
                       : failed(std::move(members.error()));
    }
    std::set<std::string> names;
    for (const auto& [name, member] : (*members)->members()) {
        names.insert(name);
    }
    return make_read_only_view(
        files, path, std::move(names),
        [members = *members](const std::string& name, const std::string& as) {
            return std::make_unique<TarMemberFile>(members, members->members().at(name), as);
        });
}

}  // namespace ffdump
