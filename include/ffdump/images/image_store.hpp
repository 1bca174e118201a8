// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/images/image_header.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/net/http.hpp"

#include <cstddef>
#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// A normalized image as it lies in the storage; bytes are sent on untouched, never re-encoded.
struct Image {
    SharedBytes bytes;
    ImageKind kind = ImageKind::png;
    std::size_t source = 0;  ///< which of ImageStore::sources() it came from
};

/// Errors of the record: `image_missing`, `image_unreadable` (see check_image),
/// `image_too_large`, `image_id_invalid`, `image_url_not_allowed`. Errors of the service: those of
/// HttpTransport, `service_refuses` (401, 403), `service_overloaded`, `storage_unreadable`.
using ImageDone = std::function<void(Result<Image>)>;
/// The same errors, but for those that only the bytes show.
using PresenceDone = std::function<void(Result<void>)>;
/// Told in words which way images will be checked and why; "" when there is but one way.
using ChecksPrepared = std::function<void(std::string)>;

/// Where normalized images come from. A new storage is one class and one line in
/// make_image_store. `fetch` may be called from any thread and never blocks; `done` is called
/// exactly once, on a thread of the store's, or within `fetch` when the id is refused before the
/// storage is asked (`image_id_invalid`, `image_url_not_allowed`: they say nothing about its
/// health). It must not throw, and may not call back into the store.
class ImageStore {
 public:
    virtual ~ImageStore() = default;
    /// `normalized_id` as the record's JSON string says it, unescaped; not empty.
    virtual void fetch(std::string normalized_id, ImageDone done) = 0;
    /// Whether the image is there; its bytes are not read where the storage can tell without. As
    /// `fetch` in every other way.
    virtual void check(std::string normalized_id, PresenceDone done);
    /// Before `check` of about `images` images: a storage that can read all its names in fewer
    /// requests does so, and `check` then answers from them, within the call. `done` is called
    /// exactly once, on any thread or within the call. Does not fail: a storage that cannot be
    /// listed is asked for each image. Not to be called while images are checked.
    virtual void prepare_checks(std::uint64_t images, ChecksPrepared done);
    /// One line for the log: kind and place, without credentials.
    [[nodiscard]] virtual std::string describe() const = 0;
    /// What Image::source counts through: itself, or the storages that it chooses among.
    [[nodiscard]] virtual std::vector<std::string> sources() const;
};

/// Told now and then while a store is being made that reads much first (an archive), in bytes;
/// returns false to stop it (`interrupted`).
using MakingProgress = std::function<bool(std::uint64_t done, std::uint64_t total)>;

/// The store that the settings name. `transport` and `files` must outlive it; for a store over
/// HTTP the transport must have ended its requests before the store goes (cancel_all and wait, or
/// its destructor). Fails with `config_invalid` (not enabled, a bad URL), `storage_unreadable`
/// (no such folder or archive), `out_of_descriptors`, `interrupted`, those of writing a file (index
/// and images of an archive).
[[nodiscard]] Result<std::unique_ptr<ImageStore>> make_image_store(
    const Settings& settings, HttpTransport& transport, FileSystem& files,
    const MakingProgress& progress = {});

/// upload-url + normalized_id with exactly one slash between, each path segment percent-encoded,
/// sub-folders kept; absolute http(s) URLs are taken as they are, doubled slashes of FindFace 2.x
/// included, when their origin is the upload URL's or listed in `allowed_origins`. Refused: `.` and
/// `..` segments, also percent-encoded, control characters, backslashes, over 1024 bytes; in
/// relative ids empty segments; in URLs user info and fragments.
[[nodiscard]] Result<std::string> image_url(std::string_view upload_url,
                                            std::string_view normalized_id,
                                            const std::vector<std::string>& allowed_origins);

}  // namespace ffdump
