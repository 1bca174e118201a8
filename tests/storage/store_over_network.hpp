// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "images/image_waiter.hpp"

#include "ffdump/images/image_store.hpp"

#include <cstdint>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>

namespace ffdump {

/// A storage as the program makes it, with a transport of its own.
class StoreOverNetwork {
 public:
    explicit StoreOverNetwork(const Settings& settings)
        : store_(make(settings, *transport_, *files_)) {}
    ~StoreOverNetwork() { transport_.reset(); }
    StoreOverNetwork(const StoreOverNetwork&) = delete;
    StoreOverNetwork& operator=(const StoreOverNetwork&) = delete;

    [[nodiscard]] Result<Image> fetch(const std::string& id) { return fetch_image(*store_, id); }
    [[nodiscard]] Result<void> check(const std::string& id) { return check_presence(*store_, id); }
    /// What the store says of the way in which it will check so many images.
    [[nodiscard]] std::string prepare_checks(std::uint64_t images) {
        const auto mailbox = std::make_shared<Mailbox<std::string>>();
        store_->prepare_checks(images,
                               [mailbox](std::string words) { mailbox->post(std::move(words)); });
        std::vector<std::string> words;
        if (!mailbox->take_all(words, std::chrono::minutes(1)) || words.size() != 1) {
            throw std::runtime_error("the store did not call done once");
        }
        return words.front();
    }
    /// The error's reason and detail.
    [[nodiscard]] std::string refusal(const std::string& id) {
        const Result<Image> image = fetch(id);
        return image ? "an image"
                     : std::string(reason_name(image.error().reason())) + ": " +
                           image.error().detail();
    }
    [[nodiscard]] std::string hint(const std::string& id) {
        const Result<Image> image = fetch(id);
        return image ? "an image" : image.error().hint_text();
    }
    [[nodiscard]] ImageStore& store() noexcept { return *store_; }

 private:
    static std::unique_ptr<ImageStore> make(const Settings& settings, HttpTransport& transport,
                                            FileSystem& files) {
        Result<std::unique_ptr<ImageStore>> made = make_image_store(settings, transport, files);
        if (!made) {
            throw std::runtime_error(made.error().one_line());
        }
        return std::move(*made);
    }

    std::unique_ptr<HttpTransport> transport_ = make_curl_transport({});
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
    std::unique_ptr<ImageStore> store_;
};

}  // namespace ffdump
