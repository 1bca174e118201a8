// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/load_settings.hpp"
#include "ffdump/config/settings.hpp"

namespace ffdump {

/// The proxy of any `access`.
void read_proxy(SectionReader& section, ProxyAccess& access, const SecretReader& read_secret);

/// `access` of a storage: credentials, headers, proxy, certificates. FFDUMP_STORAGE_PASSWORD and
/// FFDUMP_STORAGE_TOKEN of the environment are over what the file says.
[[nodiscard]] StorageAccess read_access(SectionReader& section, const Variables& variables,
                                        const SecretReader& read_secret);

/// `ids` of a storage: how a normalized_id becomes a name in it.
[[nodiscard]] ImageIdSettings read_ids(SectionReader& section);

}  // namespace ffdump
