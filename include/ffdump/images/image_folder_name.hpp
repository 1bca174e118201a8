// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"

#include <string>
#include <string_view>

namespace ffdump {

/// Where below a folder the storage `directory` looks for an image when it has no rules for ids: a
/// relative id is a path; an absolute URL is found under "by-url/HOST_PORT/path". For whoever fills
/// such a folder. Fails with `image_id_invalid`, `image_url_not_allowed`.
[[nodiscard]] Result<std::string> image_folder_name(std::string_view normalized_id);

}  // namespace ffdump
