// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/images/image_store.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <string>
#include <vector>

namespace ffdump {

/// Several storages asked in order. The next one is asked when one says of a record that its image
/// is not to be had there (missing, no image, too large, an id it does not take). A fault of a
/// service goes to the caller at once: to pass a storage over because it is down would hide it.
/// When all have failed, the error is the first that tells more than "missing".
class ChainImageStore final : public ImageStore {
 public:
    /// At least one store.
    explicit ChainImageStore(std::vector<std::unique_ptr<ImageStore>> stores);

    void fetch(std::string normalized_id, ImageDone done) override;
    void check(std::string normalized_id, PresenceDone done) override;
    void prepare_checks(std::uint64_t images, ChecksPrepared done) override;
    [[nodiscard]] std::string describe() const override;
    [[nodiscard]] std::vector<std::string> sources() const override;

 private:
    struct Order {
        std::string normalized_id;
        std::size_t next = 0;
        std::vector<Error> errors;
    };
    void prepare_from(std::size_t source, std::uint64_t images, std::string words,
                      ChecksPrepared done);
    template <class Answer, class Done, class Ask>
    void ask(Order order, Done done, Ask ask_store);

    std::vector<std::unique_ptr<ImageStore>> stores_;
};

}  // namespace ffdump
