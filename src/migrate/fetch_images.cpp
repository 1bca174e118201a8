// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/fetch_images.hpp"

#include "lock_holder.hpp"
#include "run_recovery.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/images/image_folder_name.hpp"

#include <fmt/format.h>

#include <memory>
#include <optional>
#include <utility>

namespace ffdump {
namespace {

std::string json_text(std::string_view text) {
    std::string out = "\"";
    append_json_escaped(out, printable(text));
    return out + "\"";
}

class FolderTaker final : public RoundTaker {
 public:
    FolderTaker(FileSystem& files, const MigrationPlan& plan, const ExcludedIds& excluded,
                std::string folder)
        : files_(files), plan_(plan), excluded_(excluded), folder_(std::move(folder)) {}

    Result<void> open() {
        // Removed and not emptied: after a power loss in its rename it may be a second name of an
        // image that is in place.
        if (Result<void> removed = files_.remove(state("image.part")); !removed) {
            return removed;
        }
        Result<std::unique_ptr<File>> list = files_.create(state("missing.jsonl.part"));
        if (!list) {
            return failed(std::move(list).error());
        }
        list_ = std::move(*list);
        return {};
    }

    [[nodiscard]] bool wants(const RoundRecord& record) override {
        if (excluded_.contains(plan_.files.at(record.file).file.gallery, record.id)) {
            return false;
        }
        const Result<std::string> name = image_folder_name(record.normalized_id);
        const std::string path = name ? join_path(folder_, *name) : std::string();
        Result<bool> is_there =
            name ? is_no_folder(files_, path, FilePurpose::writing) : Result<bool>(false);
        if (is_there && *is_there) {
            // An image that cannot be opened is none.
            is_there = files_.open_read_back(path).map([](const auto&) { return true; });
        }
        if (!is_there) {
            fault_ = is_there.error();
            return true;
        }
        outcome_.there_already += *is_there ? 1 : 0;
        return !*is_there;
    }

    [[nodiscard]] Result<void> found(const RoundRecord& record, const Image* image) override {
        const Result<std::string> name = image_folder_name(record.normalized_id);
        if (!name) {
            return missed(record, name.error());
        }
        const std::string path = join_path(folder_, *name);
        if (fault_) {
            return failed(*fault_);
        }
        const Result<bool> is_blocked = is_in_the_way(*name);
        if (!is_blocked) {
            return failed(is_blocked.error());
        }
        if (*is_blocked) {
            return missed(record, Error(Reason::image_id_invalid,
                                        "its name is a folder of other images, or the other way "
                                        "round"));
        }
        const std::string parent = folder_of(path);
        if (parent != last_parent_) {
            if (Result<void> made = files_.make_directories(parent); !made) {
                return made;
            }
            last_parent_ = parent;
        }
        ++outcome_.fetched;
        outcome_.bytes += image->bytes->size();
        return write(path, *image->bytes);
    }

    [[nodiscard]] Result<void> missed(const RoundRecord& record, const Error& error) override {
        const std::string reason(reason_name(error.reason()));
        ++outcome_.missing_by_reason[reason];
        return list_->write(fmt::format(R"({{"gallery":{},"id":"{}","reason":"{}","detail":{}}})"
                                        "\n",
                                        json_text(plan_.files.at(record.file).file.gallery),
                                        record.id.value, reason, json_text(error.detail())));
    }

    Result<FetchOutcome> finish() {
        if (fault_) {
            return failed(*fault_);
        }
        return list_->sync()
            .and_then([this] { return list_->close(); })
            .and_then([this] {
                return files_.rename(state("missing.jsonl.part"), state("missing.jsonl"));
            })
            .and_then([this] { return files_.sync_directory(state("")); })
            .map([this] { return std::move(outcome_); });
    }

 private:
    [[nodiscard]] std::string state(const std::string& name) const {
        const std::string folder = join_path(folder_, ".ffdump");
        return name.empty() ? folder : join_path(folder, name);
    }

    /// A bucket may hold both "a" and "a/b"; a folder cannot.
    [[nodiscard]] Result<bool> is_in_the_way(const std::string& name) const {
        Result<bool> is_folder =
            files_.is_directory(join_path(folder_, name), FilePurpose::writing);
        if (!is_folder || *is_folder) {
            return is_folder;
        }
        for (std::size_t slash = name.find('/'); slash != std::string::npos;
             slash = name.find('/', slash + 1)) {
            const std::string above = join_path(folder_, name.substr(0, slash));
            Result<bool> is_file = is_no_folder(files_, above, FilePurpose::writing);
            if (!is_file || *is_file) {
                return is_file;
            }
        }
        return false;
    }

    Result<void> write(const std::string& path, const std::string& bytes) {
        const std::string part = state("image.part");
        Result<std::unique_ptr<File>> file = files_.create(part);
        if (!file) {
            return failed(std::move(file).error());
        }
        return (*file)
            ->write(bytes)
            .and_then([&] { return (*file)->sync(); })
            .and_then([&] { return (*file)->close(); })
            .and_then([&] { return files_.rename(part, path); });
    }

    FileSystem& files_;
    const MigrationPlan& plan_;
    const ExcludedIds& excluded_;
    std::string folder_;
    std::string last_parent_;
    std::unique_ptr<File> list_;
    FetchOutcome outcome_;
    std::optional<Error> fault_;  ///< of the folder, met in looking at it
};

}  // namespace

std::uint64_t FetchOutcome::missing() const noexcept {
    std::uint64_t sum = 0;
    for (const auto& [reason, count] : missing_by_reason) {
        sum += count;
    }
    return sum;
}

Result<FetchOutcome> fetch_images(const Settings& settings, const MigrationPlan& plan,
                                  const std::string& folder, const ExcludedIds& excluded,
                                  const RoundServices& services) {
    const Result<bool> is_dump = holds_run(services.files, OutputDirectory(folder));
    if (!is_dump) {
        return failed(is_dump.error());
    }
    if (*is_dump) {
        return failed(Error(Reason::output_occupied, "it is a new dump, or was begun as one")
                          .at_file(folder)
                          .hint("give a directory of its own to the images"));
    }
    const std::string state = join_path(folder, ".ffdump");
    if (Result<void> made = services.files.make_directories(state); !made) {
        return failed(std::move(made).error());
    }
    const Result<std::unique_ptr<FileLock>> lock =
        services.files.lock(join_path(state, "lock"), lock_holder(services.clock));
    if (!lock) {
        return failed(lock.error());
    }
    FolderTaker taker(services.files, plan, excluded, folder);
    RoundOptions options;
    options.aim = RoundAim::bytes;
    options.phase = "fetching images";
    return taker.open()
        .and_then([&] { return image_round(settings, plan, options, services, taker); })
        .and_then([&] { return taker.finish(); });
}

}  // namespace ffdump
