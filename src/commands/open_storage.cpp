// SPDX-License-Identifier: Apache-2.0
#include "open_storage.hpp"

#include "progress_display.hpp"

#include "ffdump/base/random.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {

std::unique_ptr<HttpTransport> make_transport(const Settings& settings) {
    HttpLimits http;
    http.idle_connection = settings.extraction_timeouts.idle_connection;
    http.ca_file = settings.ca_file;
    for (const unsigned width :
         {settings.workers != 0 ? settings.workers : settings.adaptive.workers_most,
          settings.fetches != 0 ? settings.fetches : settings.adaptive.fetches_most}) {
        http.connections_per_host = std::max<std::size_t>(http.connections_per_host, width);
    }
    return make_curl_transport(std::move(http));
}

Result<std::unique_ptr<ImageStore>> open_storage(const CommandContext& context,
                                                 const Settings& settings, HttpTransport& transport,
                                                 MigrationObserver& observer) {
    return make_image_store(
        settings, transport, context.files,
        progress_of(observer, "reading the archive of images", context.stop_signal));
}

RoundServices round_services(const CommandContext& context, ImageStore& images,
                             HttpTransport& transport, Log& log, MigrationObserver& observer) {
    return {.files = context.files,
            .images = images,
            .cancel = [&transport] { transport.cancel_all(); },
            .clock = context.clock,
            .log = log,
            .observer = observer,
            .stop_signal = context.stop_signal,
            .random_seed = Random::from_system().bits()};
}

}  // namespace ffdump
