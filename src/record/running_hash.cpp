// SPDX-License-Identifier: Apache-2.0
#include "ffdump/record/running_hash.hpp"

// XXH3 by the widest instructions that the processor has, by the library's own choice at run time:
// half the time of what every processor has, as measured, for long inputs. The hashes are the same.
#ifdef __x86_64__
#include <xxh_x86dispatch.h>
#else
#include <xxhash.h>
#endif

namespace ffdump {
namespace {

struct FreeState {
    void operator()(XXH3_state_t* state) const noexcept { XXH3_freeState(state); }
};

}  // namespace

struct RunningHash::State {
    std::unique_ptr<XXH3_state_t, FreeState> xxh{XXH3_createState()};
};

RunningHash::RunningHash() : state_(std::make_unique<State>()) {
    reset();
}
RunningHash::~RunningHash() = default;
RunningHash::RunningHash(RunningHash&&) noexcept = default;
RunningHash& RunningHash::operator=(RunningHash&&) noexcept = default;

void RunningHash::add(std::string_view bytes) {
    XXH3_128bits_update(state_->xxh.get(), bytes.data(), bytes.size());
}

Sum128 RunningHash::value() const {
    const XXH128_hash_t hash = XXH3_128bits_digest(state_->xxh.get());
    return {hash.low64, hash.high64};
}

void RunningHash::reset() {
    XXH3_128bits_reset(state_->xxh.get());
}

}  // namespace ffdump
