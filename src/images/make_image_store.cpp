// SPDX-License-Identifier: Apache-2.0
#include "chain_image_store.hpp"
#include "directory_image_store.hpp"
#include "http_image_store.hpp"
#include "s3_image_store.hpp"
#include "tar_image_store.hpp"

#include "ffdump/images/image_store.hpp"

#include <algorithm>
#include <array>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

using MadeStore = Result<std::unique_ptr<ImageStore>>;

/// What a storage is made from; borrowed.
struct Ingredients {
    const Settings& settings;
    const StorageSettings& storage;
    HttpTransport& transport;
    FileSystem& files;
    const MakingProgress& progress;

    [[nodiscard]] ImageNames names() const { return ImageNames(storage.ids); }
    [[nodiscard]] ImageRules rules() const {
        return {settings.limits.image_bytes,
                {settings.limits.image_side_least, settings.limits.image_side_most}};
    }
    [[nodiscard]] unsigned threads() const {
        constexpr unsigned kMostThreads = 64;
        return settings.fetches == 0 ? DirectoryImageStore::kDefaultThreads
                                     : std::min(settings.fetches, kMostThreads);
    }
};

MadeStore make_directory_store(const Ingredients& with) {
    const std::string& path = with.storage.directory;
    Result<ImageFolder> folder = ImageFolder::open(path);
    if (!folder) {
        return failed(std::move(folder).error().hint(
            "check normalized_storage.directory.path: it names the uploads folder itself"));
    }
    return std::make_unique<DirectoryImageStore>(std::move(*folder), path, with.names(),
                                                 with.rules(), with.threads());
}

MadeStore make_http_store(const Ingredients& with) {
    const std::string& url = with.storage.upload_url;
    if (const Result<std::string> origin = url_origin(url); !origin) {
        return failed(Error(Reason::config_invalid,
                            "normalized_storage.webdav.upload-url: " + origin.error().detail()));
    }
    return std::make_unique<HttpImageStore>(url, with.settings.image_hosts, with.names(),
                                            make_reach(with.settings, with.storage),
                                            with.transport);
}

MadeStore make_s3_store(const Ingredients& with) {
    Result<S3Place> place = S3Place::of(with.storage.s3);
    if (!place) {
        return failed(std::move(place).error());
    }
    HttpReach reach = make_reach(with.settings, with.storage);
    reach.timeouts.overall = with.storage.s3.operation_timeout;
    return std::make_unique<S3ImageStore>(with.storage.s3, std::move(*place), with.names(),
                                          std::move(reach), with.transport);
}

MadeStore make_tar_store(const Ingredients& with) {
    return open_tar_store(with.files, with.storage.tar,
                          {with.storage.tar.path, {}, with.names(), with.rules()}, with.threads(),
                          with.progress);
}

MadeStore make_chain(const Ingredients& with);

/// Every kind of storage: a new one is a line here.
constexpr std::array<std::pair<StorageType, MadeStore (*)(const Ingredients&)>, 5> kMakers{{
    {StorageType::webdav, make_http_store},
    {StorageType::s3, make_s3_store},
    {StorageType::directory, make_directory_store},
    {StorageType::tar, make_tar_store},
    {StorageType::chain, make_chain},
}};

MadeStore make_store(const Ingredients& with) {
    const auto* const maker =
        std::ranges::find(kMakers, with.storage.type, [](const auto& row) { return row.first; });
    return maker->second(with);
}

MadeStore make_chain(const Ingredients& with) {
    std::vector<std::unique_ptr<ImageStore>> stores;
    for (const StorageSettings& link : with.storage.chain) {
        MadeStore store =
            make_store({with.settings, link, with.transport, with.files, with.progress});
        if (!store) {
            return store;
        }
        stores.push_back(std::move(*store));
    }
    return std::make_unique<ChainImageStore>(std::move(stores));
}

}  // namespace

MadeStore make_image_store(const Settings& settings, HttpTransport& transport, FileSystem& files,
                           const MakingProgress& progress) {
    if (!settings.storage.enabled) {
        return failed(Error(Reason::config_invalid, "normalized_storage is not enabled")
                          .hint("set normalized_storage.enabled to true, or give every gallery the "
                                "action copy or drop"));
    }
    return make_store({settings, settings.storage, transport, files, progress});
}

}  // namespace ffdump
