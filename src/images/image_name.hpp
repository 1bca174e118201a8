// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/config/settings.hpp"

#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// What an image is called in its storage.
struct ImageName {
    bool is_url = false;  ///< text is an absolute http or https URL; else a checked relative path
    std::string text;
};

/// normalized_id to the name in the storage, as the rules of `normalized_storage.ids` say. In this
/// order: the first rewriting rule whose `from` begins the id; a rewritten id that is no URL any
/// more is percent-decoded and loses doubled slashes (FindFace 2.x wrote some); an id that was not
/// rewritten and is no URL goes into the template. Immutable, any thread.
class ImageNames {
 public:
    explicit ImageNames(ImageIdSettings settings) : settings_(std::move(settings)) {}

    /// Fails with `image_id_invalid`; with `image_url_not_allowed` for URLs of other schemes.
    [[nodiscard]] Result<ImageName> name_of(std::string_view normalized_id) const;
    /// The same for a storage that has no URLs: they are refused with `image_url_not_allowed`.
    [[nodiscard]] Result<std::string> path_of(std::string_view normalized_id) const;
    /// URLs that the operator wrote into the rewriting rules: their origins are wanted ones.
    [[nodiscard]] std::vector<std::string> rewritten_urls() const;
    /// What stands before the id in the template.
    [[nodiscard]] std::string prefix() const;
    /// What every name begins with that is no URL; "" when ids may be rewritten to anything.
    [[nodiscard]] std::string common_prefix() const;

 private:
    ImageIdSettings settings_;
};

}  // namespace ffdump
