// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "image_folder.hpp"

#include "ffdump/images/image_store.hpp"

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace ffdump {

/// Images from a copy of the uploads folder. Reads on a few threads of its own, since a read from a
/// cold disk or a network mount takes milliseconds. The destructor ends what waits with
/// `interrupted` and joins.
class DirectoryImageStore final : public ImageStore {
 public:
    static constexpr unsigned kDefaultThreads = 4;

    /// `path` is for messages.
    DirectoryImageStore(ImageFolder folder, std::string path, std::size_t max_bytes,
                        unsigned threads);
    ~DirectoryImageStore() override;
    DirectoryImageStore(const DirectoryImageStore&) = delete;
    DirectoryImageStore& operator=(const DirectoryImageStore&) = delete;

    void fetch(std::string normalized_id, ImageDone done) override;
    [[nodiscard]] std::string describe() const override;

 private:
    struct Order {
        std::string normalized_id;
        ImageDone done;
    };

    void serve() noexcept;
    [[nodiscard]] Result<Image> read(const std::string& normalized_id) const;

    ImageFolder folder_;
    std::string path_;
    std::size_t max_bytes_;

    std::mutex mutex_;
    std::condition_variable ready_;
    std::deque<Order> orders_;
    bool stopping_ = false;
    std::vector<std::thread> threads_;
};

}  // namespace ffdump
