// SPDX-License-Identifier: Apache-2.0
#include "face_cache.hpp"

#include "picture.hpp"

#include <fmt/format.h>
#include <openssl/evp.h>
#include <xxhash.h>

namespace ffdump {

namespace {

constexpr std::size_t kSeenPerShard = 4096;  // about 3 KB each: 200 MB in all at dimension 480

std::string sha256_hex(std::string_view bytes) {
    std::array<unsigned char, EVP_MAX_MD_SIZE> digest{};
    unsigned size = 0;
    EVP_Digest(bytes.data(), bytes.size(), digest.data(), &size, EVP_sha256(), nullptr);
    std::string text;
    for (unsigned i = 0; i < size; ++i) {
        text += fmt::format("{:02x}", digest[i]);
    }
    return text;
}

std::vector<Columns> faces_in(const Picture& picture) {
    if (picture.is_uniform()) {
        return {};
    }
    if (picture.width >= 2 * picture.height) {
        return {{0, picture.width / 2}, {picture.width / 2, picture.width}};
    }
    return {{0, picture.width}};
}

std::shared_ptr<const SeenImage> see(std::string_view bytes, const MadeModel& model) {
    auto seen = std::make_shared<SeenImage>();
    seen->sha256 = sha256_hex(bytes);
    const auto picture = decode_picture(bytes);
    if (!picture) {
        seen->failure = picture.error();
        return seen;
    }
    for (const Columns columns : faces_in(*picture)) {
        seen->faces.push_back(
            {columns, picture->height, facen_base64(model.facen(*picture, columns))});
    }
    return seen;
}

std::string content_key(std::string_view bytes, const std::string& model) {
    const XXH128_hash_t hash = XXH3_128bits(bytes.data(), bytes.size());
    return fmt::format("{:016x}{:016x}{}", hash.high64, hash.low64, model);
}

}  // namespace

std::shared_ptr<const SeenImage> FaceCache::look(std::string_view bytes, const std::string& model) {
    const std::string key = content_key(bytes, model);
    Shard& shard = shards_[std::hash<std::string>{}(key) % kShards];
    {
        const std::lock_guard lock(shard.mutex);
        if (const auto known = shard.seen.find(key); known != shard.seen.end()) {
            return known->second;
        }
    }
    auto seen = see(bytes, *shelf_.model(model));
    const std::lock_guard lock(shard.mutex);
    if (shard.seen.size() >= kSeenPerShard) {
        shard.seen.clear();
    }
    shard.seen.emplace(key, seen);
    return seen;
}

std::vector<std::vector<float>> FaceCache::facens(std::string_view bytes,
                                                  const std::string& model) {
    std::vector<std::vector<float>> result;
    if (const auto picture = decode_picture(bytes)) {
        for (const Columns columns : faces_in(*picture)) {
            result.push_back(shelf_.model(model)->facen(*picture, columns));
        }
    }
    return result;
}

}  // namespace ffdump
