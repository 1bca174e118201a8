// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "known_images.hpp"

#include "ffdump/base/clock.hpp"
#include "ffdump/base/error.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/net/service_gate.hpp"

#include <cstdint>
#include <optional>
#include <string>

namespace ffdump {

/// Asks a storage for images that are known to be there in place of those that failed, to learn
/// whether it is the storage. Counts the images that came, of records and others. For one thread;
/// the gate must outlive it.
class StorageProbes {
 public:
    /// So often a request is sent in a row before another image is asked for, where none ever came.
    static constexpr unsigned kFirstAttempts = 3;

    StorageProbes(ServiceGate& gate, KnownImages known);

    [[nodiscard]] KnownImages& known() noexcept { return known_; }
    [[nodiscard]] bool has_known() const noexcept { return !known_.first().empty(); }
    [[nodiscard]] std::uint64_t came() const noexcept { return came_; }
    /// An image came that was asked for another reason.
    std::uint64_t count() noexcept { return ++came_; }

    /// The image to be asked for; its answer goes to answered(). Nothing when there is none, or all
    /// have been asked for: then it is a record's turn.
    [[nodiscard]] std::optional<std::string> next();
    void answered(const std::string& normalized_id, const Result<Image>& image, Clock::Instant now);
    /// The storage failed for a known image. A sample may be one of those that always fail, and the
    /// next one is asked for in its place.
    void faulted(const std::string& normalized_id, const Error& error, Clock::Instant now);

 private:
    ServiceGate& gate_;
    KnownImages known_;
    std::uint64_t came_ = 0;
};

}  // namespace ffdump
