// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "section_reader.hpp"

#include "ffdump/config/load_settings.hpp"
#include "ffdump/config/settings.hpp"

namespace ffdump {

/// The keys of one source, never mixed from two: FFDUMP_S3_* of the environment; the section's own;
/// AWS_* of the environment; the shared credentials file, whose profile and place are the section's
/// `profile` and `credentials-file`, AWS_PROFILE and AWS_SHARED_CREDENTIALS_FILE, `default` and
/// ~/.aws/credentials. None at all is no mistake: then requests are not signed.
void read_credentials(SectionReader& section, S3Settings& s3, const Variables& variables,
                      const SecretReader& read_secret);

}  // namespace ffdump
