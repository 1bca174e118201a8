// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/mailbox.hpp"
#include "ffdump/images/image_store.hpp"

#include <chrono>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// Fetches one image and waits for it.
inline Result<Image> fetch_image(ImageStore& store, std::string normalized_id) {
    // Shared: the store's thread may still be leaving post() when the image is here already.
    const auto mailbox = std::make_shared<Mailbox<Result<Image>>>();
    store.fetch(std::move(normalized_id),
                [mailbox](Result<Image> image) { mailbox->post(std::move(image)); });
    std::vector<Result<Image>> images;
    if (!mailbox->take_all(images, std::chrono::minutes(1)) || images.size() != 1) {
        throw std::runtime_error("the store did not call done once");
    }
    return std::move(images.front());
}

/// Asks whether one image is there and waits for the answer.
inline Result<void> check_presence(ImageStore& store, std::string normalized_id) {
    const auto mailbox = std::make_shared<Mailbox<Result<void>>>();
    store.check(std::move(normalized_id),
                [mailbox](Result<void> there) { mailbox->post(std::move(there)); });
    std::vector<Result<void>> answers;
    if (!mailbox->take_all(answers, std::chrono::minutes(1)) || answers.size() != 1) {
        throw std::runtime_error("the store did not call done once");
    }
    return std::move(answers.front());
}

}  // namespace ffdump
