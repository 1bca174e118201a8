// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/load_settings.hpp"
#include "ffdump/config/settings.hpp"

namespace ffdump {

/// `normalized_storage.s3`: the vendor's keys and ours. `variables` are those of the environment.
void read_s3(SectionReader& section, S3Settings& s3, const Variables& variables,
             const SecretReader& read_secret);

/// Names the keys of the section without reading them.
void pass_s3(SectionReader& section);

}  // namespace ffdump
