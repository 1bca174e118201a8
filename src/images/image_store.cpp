// SPDX-License-Identifier: Apache-2.0
#include "ffdump/images/image_store.hpp"

#include <utility>

namespace ffdump {

void ImageStore::check(std::string normalized_id, PresenceDone done) {
    fetch(std::move(normalized_id), [done = std::move(done)](Result<Image> image) {
        if (image) {
            done({});
        } else {
            done(failed(std::move(image).error()));
        }
    });
}

void ImageStore::prepare_checks(std::uint64_t images, ChecksPrepared done) {
    static_cast<void>(images);
    done("");
}

std::vector<std::string> ImageStore::sources() const {
    return {describe()};
}

}  // namespace ffdump
