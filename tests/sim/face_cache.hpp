// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "made_facen.hpp"

#include <array>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace ffdump {

/// A face that the double "found".
struct MadeFace {
    Columns columns;
    std::size_t height = 0;
    std::string facen_base64;
};

/// What the double sees in an image. The rules, the same for every detector: undecodable bytes are
/// a failure; a uniform picture has no face; one at least twice as wide as high has two, its left
/// and right half; any other has one.
struct SeenImage {
    std::string sha256;   ///< of the file's bytes, lower-case hex
    std::string failure;  ///< why it was not decodable; empty = it was
    std::vector<MadeFace> faces;
};

/// Looks at images and remembers the answers by content and model, so that a bench pays for each
/// image once. Bounded; thread-safe.
class FaceCache {
 public:
    explicit FaceCache(std::size_t dimension) : shelf_(dimension) {}

    [[nodiscard]] std::shared_ptr<const SeenImage> look(std::string_view bytes,
                                                        const std::string& model);
    /// The facens of an image anew, as floats: for faults that alter them.
    [[nodiscard]] std::vector<std::vector<float>> facens(std::string_view bytes,
                                                         const std::string& model);

 private:
    struct Shard {
        std::mutex mutex;
        std::unordered_map<std::string, std::shared_ptr<const SeenImage>> seen;
    };
    static constexpr std::size_t kShards = 16;

    ModelShelf shelf_;
    std::array<Shard, kShards> shards_;
};

}  // namespace ffdump
