// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"

#include "ffdump/base/log.hpp"
#include "ffdump/config/settings.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/migrate/image_round.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/net/http.hpp"

#include <memory>

namespace ffdump {

/// The transport that the settings ask for.
[[nodiscard]] std::unique_ptr<HttpTransport> make_transport(const Settings& settings);

/// The storage that the settings name. An archive that must be read first shows its progress and
/// can be stopped by a signal.
[[nodiscard]] Result<std::unique_ptr<ImageStore>> open_storage(const CommandContext& context,
                                                               const Settings& settings,
                                                               HttpTransport& transport,
                                                               MigrationObserver& observer);

/// What a round over the images works with; everything given must outlive it.
[[nodiscard]] RoundServices round_services(const CommandContext& context, ImageStore& images,
                                           HttpTransport& transport, Log& log,
                                           MigrationObserver& observer);

}  // namespace ffdump
