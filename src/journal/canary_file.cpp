// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/canary_file.hpp"

#include "msgpack_fields.hpp"

#include "ffdump/record/running_hash.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

constexpr std::string_view kMagic = "ffdump-canaries-1 ";
constexpr std::size_t kHashDigits = 32;
constexpr std::size_t kHeadBytes = kMagic.size() + kHashDigits + 1;  // magic, hash, line end
constexpr std::size_t kMostBytes = 256U << 20U;
constexpr std::size_t kMostCanaries = 1U << 16U;
constexpr std::size_t kMostDepth = 4;

using Packer = msgpack::packer<msgpack::sbuffer>;

void pack_bytes(Packer& packer, std::string_view key, std::string_view bytes) {
    packer.pack(key);
    packer.pack_bin(static_cast<std::uint32_t>(bytes.size()));
    packer.pack_bin_body(bytes.data(), static_cast<std::uint32_t>(bytes.size()));
}

std::string payload_of(const std::string& run_id, const std::vector<StoredCanary>& canaries) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    packer.pack_map(2);
    pack_bytes(packer, "run_id", run_id);
    packer.pack("canaries");
    packer.pack_array(static_cast<std::uint32_t>(canaries.size()));
    for (const StoredCanary& canary : canaries) {
        packer.pack_map(4);
        packer.pack("lane");
        packer.pack_uint64(canary.lane);
        packer.pack("id");
        packer.pack_uint64(canary.id);
        pack_bytes(packer, "image", canary.image);
        pack_bytes(packer, "facen", canary.facen);
    }
    return {buffer.data(), buffer.size()};
}

std::string hash_of(std::string_view payload) {
    RunningHash hash;
    hash.add(payload);
    return hash.value().hex();
}

Error damaged(const std::string& path, std::string_view what) {
    return Error(Reason::journal_damaged, fmt::format("the canaries of the run: {}", what))
        .at_file(path);
}

struct Stored {
    std::string run_id;
    std::vector<StoredCanary> canaries;
};

/// The problem of the fields in `problem`, or empty.
Stored read_fields(const msgpack::object& object, std::string& problem) {
    Stored stored;
    MsgpackFields fields(object);
    fields.take("run_id", stored.run_id).take_list("canaries", [&stored](MsgpackFields& item) {
        StoredCanary& canary = stored.canaries.emplace_back();
        item.take("lane", canary.lane)
            .take("id", canary.id)
            .take("image", canary.image)
            .take("facen", canary.facen);
    });
    problem = fields.problem();
    return stored;
}

Result<Stored> parse(const std::string& path, std::string_view payload) {
    const msgpack::unpack_limit limit(kMostCanaries, kMostDepth * 2, kMostBytes, kMostBytes, 0,
                                      kMostDepth);
    try {
        std::size_t end = 0;
        const msgpack::object_handle handle =
            msgpack::unpack(payload.data(), payload.size(), end, nullptr, nullptr, limit);
        std::string problem;
        Stored stored = read_fields(handle.get(), problem);
        if (problem.empty() && end == payload.size()) {
            return stored;
        }
        return failed(damaged(path, problem.empty() ? "bytes are left over" : problem));
    } catch (const msgpack::unpack_error& error) {
        return failed(damaged(path, error.what()));
    } catch (const msgpack::type_error&) {
        return failed(damaged(path, "a value has the wrong type"));
    }
}

}  // namespace

Result<void> save_canaries(FileSystem& files, const std::string& path, const std::string& run_id,
                           const std::vector<StoredCanary>& canaries) {
    const std::string payload = payload_of(run_id, canaries);
    return replace_file(files, path, std::string(kMagic) + hash_of(payload) + "\n" + payload);
}

Result<std::vector<StoredCanary>> load_canaries(FileSystem& files, const std::string& path,
                                                const std::string& run_id) {
    const Result<bool> is_there = files.exists(path, FilePurpose::writing);
    if (!is_there) {
        return failed(is_there.error());
    }
    if (!*is_there) {
        return std::vector<StoredCanary>();
    }
    Result<std::unique_ptr<File>> file = files.open_read_back(path);
    if (!file) {
        return failed(std::move(file.error()));
    }
    Result<std::string> text = read_small_file(**file, kMostBytes);
    if (!text) {
        return failed(text.error().fault() == FaultClass::machine
                          ? std::move(text.error())
                          : damaged(path, text.error().detail()));
    }
    const std::string_view bytes(*text);
    if (bytes.size() < kHeadBytes || !bytes.starts_with(kMagic) || bytes[kHeadBytes - 1] != '\n') {
        return failed(damaged(path, "the file does not begin as it should"));
    }
    const std::string_view payload = bytes.substr(kHeadBytes);
    if (bytes.substr(kMagic.size(), kHashDigits) != hash_of(payload)) {
        return failed(damaged(path, "the bytes are not those that were written"));
    }
    return parse(path, payload).map([&run_id](Stored stored) {
        return stored.run_id == run_id ? std::move(stored.canaries) : std::vector<StoredCanary>();
    });
}

}  // namespace ffdump
