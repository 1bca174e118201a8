// SPDX-License-Identifier: Apache-2.0
#include "server_choice.hpp"

#include <utility>

namespace ffdump {
namespace {

/// One that works, rather than one that is left out; the same only when no other works.
std::size_t another(std::size_t server, const Extractor& extractor) {
    const std::size_t count = extractor.servers().size();
    for (std::size_t i = 1; i <= count; ++i) {
        if (extractor.serves((server + i) % count)) {
            return (server + i) % count;
        }
    }
    return (server + 1) % count;
}

}  // namespace

std::size_t choose_server(ImageBatch& batch, Extractor& extractor, const ModelGuard& guard) {
    if (batch.look) {
        return batch.look_at;
    }
    if (!batch.canaries) {
        return extractor.next_server();
    }
    CanaryRequest& request = *batch.canaries;
    if (request.server && !extractor.serves(*request.server)) {
        request = guard.instead_of(std::move(request));
        for (std::size_t i = 0; i < request.which.size(); ++i) {
            batch.images[i].bytes = guard.canary(request, i).image;
        }
    }
    if (request.not_by) {
        return another(*request.not_by, extractor);
    }
    return request.server ? *request.server : extractor.next_server();
}

}  // namespace ffdump
