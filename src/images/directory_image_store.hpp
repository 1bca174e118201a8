// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_folder.hpp"
#include "image_name.hpp"
#include "read_threads.hpp"
#include "stored_image.hpp"

#include "ffdump/images/image_store.hpp"

#include <atomic>
#include <string>

namespace ffdump {

/// Images from a copy of the uploads folder. Reads on a few threads of its own, since a read from a
/// cold disk or a network mount takes milliseconds. A record that names its image by a URL is
/// looked for where `migrate --fetch-only` puts such an image (url_file_name), if the folder has
/// any; while the storage does not tell whether it has, such a record fails as with any other fault
/// of the storage. The destructor ends what waits with `interrupted` and joins.
class DirectoryImageStore final : public ImageStore {
 public:
    static constexpr unsigned kDefaultThreads = 4;

    /// `path` is for messages.
    DirectoryImageStore(ImageFolder folder, std::string path, ImageNames names, ImageRules rules,
                        unsigned threads);

    void fetch(std::string normalized_id, ImageDone done) override;
    void check(std::string normalized_id, PresenceDone done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    [[nodiscard]] Result<std::string> name_of(const std::string& normalized_id) const;
    [[nodiscard]] Result<bool> has_url_files() const;
    [[nodiscard]] Result<Image> read(const std::string& normalized_id) const;
    [[nodiscard]] Result<void> look(const std::string& normalized_id) const;

    ImageFolder folder_;
    std::string path_;
    ImageNames names_;
    ImageRules rules_;
    enum class UrlFiles : unsigned char { unknown, none, there };
    mutable std::atomic<UrlFiles> url_files_ = UrlFiles::unknown;
    ReadThreads threads_;  ///< last: its jobs use the rest
};

/// Where in a folder the image of an absolute URL lies: "by-url/HOST_PORT/path", the path
/// percent-decoded and without doubled slashes. Fails with `image_id_invalid`.
[[nodiscard]] Result<std::string> url_file_name(std::string_view url);
inline constexpr std::string_view kUrlFolder = "by-url";

}  // namespace ffdump
