// SPDX-License-Identifier: Apache-2.0
#include "directory_image_store.hpp"

#include "image_id.hpp"

#include "ffdump/io/file_system.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace ffdump {

DirectoryImageStore::DirectoryImageStore(ImageFolder folder, std::string path,
                                         std::size_t max_bytes, unsigned threads)
    : folder_(std::move(folder)), path_(std::move(path)), max_bytes_(max_bytes) {
    for (unsigned i = 0; i < threads; ++i) {
        threads_.emplace_back([this] { serve(); });
    }
}

DirectoryImageStore::~DirectoryImageStore() {
    std::deque<Order> unserved;
    {
        const std::lock_guard lock(mutex_);
        stopping_ = true;
        unserved.swap(orders_);
    }
    ready_.notify_all();
    for (std::thread& thread : threads_) {
        thread.join();
    }
    for (const Order& order : unserved) {
        order.done(failed(Reason::interrupted, "the read was cancelled"));
    }
}

void DirectoryImageStore::fetch(std::string normalized_id, ImageDone done) {
    {
        const std::lock_guard lock(mutex_);
        orders_.push_back({std::move(normalized_id), std::move(done)});
    }
    ready_.notify_one();
}

void DirectoryImageStore::serve() noexcept {
    while (true) {
        std::unique_lock lock(mutex_);
        ready_.wait(lock, [this] { return stopping_ || !orders_.empty(); });
        if (orders_.empty()) {
            return;
        }
        const Order order = std::move(orders_.front());
        orders_.pop_front();
        lock.unlock();
        order.done(read(order.normalized_id));
    }
}

Result<Image> DirectoryImageStore::read(const std::string& normalized_id) const {
    const auto fail = [](Error error) {
        return failed(std::move(error).while_doing("fetching the image"));
    };
    if (is_absolute_url(normalized_id)) {
        return fail(Error(Reason::image_url_not_allowed,
                          "the image is named by a URL, which a folder does not hold")
                        .hint("use normalized_storage type webdav for this dump"));
    }
    if (auto checked = check_image_id(normalized_id); !checked) {
        return fail(std::move(checked).error());
    }
    const std::string place = join_path(path_, normalized_id);
    Result<std::string> bytes = folder_.read(normalized_id, max_bytes_);
    if (!bytes) {
        return fail(std::move(bytes).error().at_file(place));
    }
    const Result<ImageKind> kind = sniff_image(*bytes);
    if (!kind) {
        return fail(Error(kind.error()).at_file(place));
    }
    return Image{std::make_shared<const std::string>(std::move(*bytes)), *kind};
}

std::string DirectoryImageStore::describe() const {
    return fmt::format("directory {}", path_);
}

}  // namespace ffdump
