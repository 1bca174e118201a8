// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/load_settings.hpp"

namespace ffdump {

enum class Images : std::uint8_t { not_needed, needed };

/// Where secrets come from beside the file itself.
struct StorageInputs {
    const Variables& variables;
    const SecretReader& read_secret;
};

/// `normalized_storage`. With Images::needed it must lead to images: enabled, and complete for its
/// type. Only the section of the chosen type is checked; of the others only their keys' names,
/// since the vendor's own example leaves texts empty there.
void read_storage(SectionReader& section, StorageSettings& storage, Images images,
                  const StorageInputs& inputs);

}  // namespace ffdump
