// SPDX-License-Identifier: Apache-2.0
#include "directory_image_store.hpp"
#include "http_image_store.hpp"

#include "ffdump/images/image_store.hpp"

#include <algorithm>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

using MadeStore = Result<std::unique_ptr<ImageStore>>;

MadeStore make_directory_store(const Settings& settings) {
    constexpr unsigned kMostThreads = 64;
    const std::string& path = settings.storage.directory;
    Result<ImageFolder> folder = ImageFolder::open(path);
    if (!folder) {
        return failed(std::move(folder).error().hint(
            "check normalized_storage.directory.path: it names the uploads folder itself"));
    }
    const unsigned threads = settings.fetches == 0 ? DirectoryImageStore::kDefaultThreads
                                                   : std::min(settings.fetches, kMostThreads);
    return std::make_unique<DirectoryImageStore>(std::move(*folder), path,
                                                 settings.limits.image_bytes, threads);
}

MadeStore make_http_store(const Settings& settings, HttpTransport& transport) {
    if (const Result<std::string> origin = url_origin(settings.storage.upload_url); !origin) {
        return failed(Error(Reason::config_invalid,
                            "normalized_storage.webdav.upload-url: " + origin.error().detail()));
    }
    return std::make_unique<HttpImageStore>(settings, transport);
}

}  // namespace

MadeStore make_image_store(const Settings& settings, HttpTransport& transport, FileSystem&) {
    if (!settings.storage.enabled) {
        return failed(Error(Reason::config_invalid, "normalized_storage is not enabled")
                          .hint("set normalized_storage.enabled to true, or give every gallery the "
                                "action copy or drop"));
    }
    switch (settings.storage.type) {
        case StorageType::webdav:
            return make_http_store(settings, transport);
        case StorageType::directory:
            return make_directory_store(settings);
        case StorageType::s3:
            break;
    }
    return failed(Error(Reason::config_invalid, "s3 is not supported by this version")
                      .hint("use type webdav, or copy the bucket to a folder and use type "
                            "directory"));
}

}  // namespace ffdump
