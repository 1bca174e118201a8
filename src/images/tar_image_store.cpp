// SPDX-License-Identifier: Apache-2.0
#include "tar_image_store.hpp"

#include "tar_walk.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {

TarImageStore::TarImageStore(Parts parts, std::vector<Reader> readers)
    : parts_(std::move(parts)),
      idle_(std::move(readers)),
      threads_(static_cast<unsigned>(idle_.size())) {}

void TarImageStore::fetch(std::string normalized_id, ImageDone done) {
    threads_.answer<Result<Image>>([this, id = std::move(normalized_id)] { return read(id); },
                                   std::move(done));
}

void TarImageStore::check(std::string normalized_id, PresenceDone done) {
    threads_.answer<Result<void>>(
        [this, id = std::move(normalized_id)] {
            return find(id, Want::presence).map([](const std::string& /*none*/) {});
        },
        std::move(done));
}

Result<std::string> TarImageStore::find(const std::string& normalized_id, Want want) {
    const Result<std::string> name = parts_.names.path_of(normalized_id);
    if (!name) {
        return failed(fetching(Error(name.error())));
    }
    Reader reader;
    {
        const std::lock_guard lock(mutex_);  // as many readers as threads, so there is one
        reader = std::move(idle_.back());
        idle_.pop_back();
    }
    Result<std::string> found = failed(Reason::image_missing, "the archive has no such image");
    for (const std::string& folder : parts_.folders) {
        found = find_with(reader, folder.empty() ? *name : join_path(folder, *name), want);
        if (found || found.error().reason() != Reason::image_missing) {
            break;
        }
    }
    const std::lock_guard lock(mutex_);
    idle_.push_back(std::move(reader));
    return found
               ? std::move(found)
               : failed(fetching(std::move(found).error().at_file(join_path(parts_.path, *name))));
}

Result<std::string> TarImageStore::find_with(const Reader& reader, const std::string& name,
                                             Want want) const {
    const Result<std::vector<std::uint64_t>> places = reader.index->find(name);
    if (!places) {
        return failed(Reason::storage_unreadable, places.error().detail());
    }
    for (const std::uint64_t place : *places) {
        Result<TarWalk> walk = TarWalk::open(*reader.bytes, place, TarPacking::none);
        if (!walk) {
            return failed(std::move(walk).error());
        }
        const Result<std::optional<TarMember>> member = walk->next();
        if (!member) {
            return failed(member.error());
        }
        if (!member->has_value() || (*member)->name != name) {
            continue;  // another name with the same hash
        }
        if ((*member)->bytes > parts_.rules.max_bytes) {
            return failed(Reason::image_too_large,
                          fmt::format("the image is over {} bytes", parts_.rules.max_bytes));
        }
        return want == Want::presence ? std::string() : walk->read((*member)->bytes);
    }
    return failed(Reason::image_missing, "the archive has no such image");
}

Result<Image> TarImageStore::read(const std::string& normalized_id) {
    Result<std::string> bytes = find(normalized_id, Want::bytes);
    if (!bytes) {
        return failed(std::move(bytes).error());
    }
    return stored_image(std::move(*bytes), parts_.rules, parts_.path);
}

std::string TarImageStore::describe() const {
    return fmt::format("tar {}", parts_.path);
}

}  // namespace ffdump
