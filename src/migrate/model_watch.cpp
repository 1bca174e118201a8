// SPDX-License-Identifier: Apache-2.0
#include "model_watch.hpp"

#include "ffdump/journal/canary_file.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstring>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

StoredCanary stored(const Canary& canary) {
    StoredCanary out{
        .lane = canary.lane, .id = canary.id.value, .image = *canary.image, .facen = {}};
    out.facen.assign(reinterpret_cast<const char*>(canary.facen.data()),
                     canary.facen.size() * sizeof(float));
    return out;
}

Canary loaded(StoredCanary in) {
    Canary canary{
        .lane = static_cast<std::size_t>(in.lane), .id = {in.id}, .image = {}, .facen = {}};
    canary.image = std::make_shared<const std::string>(std::move(in.image));
    canary.facen.resize(in.facen.size() / sizeof(float));
    if (!canary.facen.empty()) {
        std::memcpy(canary.facen.data(), in.facen.data(), canary.facen.size() * sizeof(float));
    }
    return canary;
}

}  // namespace

ModelWatch::ModelWatch(const Parts& parts, std::string run_id)
    : parts_(parts), run_id_(std::move(run_id)) {}

Result<void> ModelWatch::take_up(const std::vector<std::uint32_t>& sealed) {
    for (const std::uint32_t file : sealed) {
        if (Result<void> placed = place_or_wait(file); !placed) {
            return placed;
        }
    }
    return {};
}

Result<void> ModelWatch::load(const KeptCanaries& count) {
    if (!parts_.guard.is_on()) {
        return {};
    }
    return load_canaries(parts_.services.files, parts_.directory.canaries(), run_id_)
        .map([this, count](std::vector<StoredCanary> stored_ones) {
            stored_ones.resize(std::min(stored_ones.size(), count.all));
            std::vector<Canary> kept;
            for (StoredCanary& one : stored_ones) {
                // A lane that is not there was saved by nobody: the settings are the same.
                if (one.lane < parts_.extraction.lanes()) {
                    kept.push_back(loaded(std::move(one)));
                }
            }
            // In a retry they were held against the run before, else no check is in the journal.
            parts_.guard.take_over(std::move(kept), replaced_.empty() ? 0 : count.vouched);
        });
}

Result<void> ModelWatch::sealed(std::uint32_t file, const SealedFile& sealed) {
    return parts_.output.record_sealed(file, sealed).and_then([this, file] {
        return place_or_wait(file);
    });
}

Result<void> ModelWatch::place_or_wait(std::uint32_t file) {
    // Copied ones as well: what has its name is vouched for, and a rewind does not come before it.
    if (parts_.guard.is_on()) {
        waiting_.push_back(file);
        return {};
    }
    return parts_.output.rename_into_place(file, replaced_.contains(file));
}

Result<void> ModelWatch::turn(Clock::Instant now, bool is_over) {
    ModelGuard& guard = parts_.guard;
    if (guard.doubt()) {
        return give_up();
    }
    if (guard.take_passed()) {
        if (Result<void> concluded = conclude_check(); !concluded) {
            return concluded;
        }
    }
    // A retry that has met nothing of the run before is held against itself alone. That puts no
    // file in the place of an earlier one, and a rewind keeps nothing of it, as long as more may
    // come.
    const bool is_telling = replaced_.empty() || guard.knows_all() || is_over;
    const bool begins = guard.is_due(now, is_telling && !waiting_.empty()) &&
                        !parts_.extraction.health().awaits_facens();
    return begins ? begin_check(now, is_telling) : Result<void>();
}

Result<void> ModelWatch::begin_check(Clock::Instant now, bool is_telling) {
    is_noted_ = is_telling;
    Result<void> begun = keep_canaries().and_then([&] {
        return is_noted_ ? parts_.output.check_begun(now, parts_.guard.canaries().size())
                         : Result<void>();
    });
    if (!begun) {
        return begun;
    }
    if (is_telling) {
        parts_.redo.check_begun();
        vouched_for_ = std::exchange(waiting_, {});
    }
    for (CanaryRequest& request : parts_.guard.begin(now)) {
        parts_.extraction.ask(std::move(request));
    }
    return {};
}

Result<void> ModelWatch::conclude_check() {
    parts_.services.log.debug("extraction-api gives the facens that it gave",
                              {{"images", std::to_string(parts_.guard.canaries().size())}});
    if (Result<void> noted = is_noted_ ? parts_.output.check_passed().and_then(
                                             [this] { return parts_.redo.check_passed(); })
                                       : Result<void>();
        !noted) {
        return noted;
    }
    for (const std::uint32_t file : std::exchange(vouched_for_, {})) {
        Result<void> placed = parts_.output.rename_into_place(file, replaced_.contains(file));
        if (!placed) {
            return placed;
        }
    }
    return {};
}

Result<void> ModelWatch::write() {
    return keep_canaries().and_then([this] { return parts_.redo.write(); });
}

Result<void> ModelWatch::keep_canaries() {
    if (!parts_.guard.take_grown()) {
        return {};
    }
    std::vector<StoredCanary> canaries;
    for (const Canary& canary : parts_.guard.canaries()) {
        canaries.push_back(stored(canary));
    }
    return save_canaries(parts_.services.files, parts_.directory.canaries(), run_id_, canaries)
        .and_then([&] { return parts_.output.canaries_kept(canaries.size()); });
}

Result<void> ModelWatch::give_up() {
    const std::string& why = *parts_.guard.doubt();
    const std::string service = parts_.services.extractor.describe();
    const std::optional<std::string> first = parts_.output.first_in_doubt();
    if (!first) {
        return failed(Error(Reason::model_changed, why + "; no record that was written is in doubt")
                          .at_url(service)
                          .hint("let extraction-api serve the first model again, on every server "
                                "behind the address, then run the same command with "
                                "--rewind-to-canary; if the first model was the wrong one, migrate "
                                "into a new directory"));
    }
    return parts_.output.check_failed(why).and_then([&]() -> Result<void> {
        return failed(
            Error(Reason::model_changed, fmt::format("{}; {}", why, *first)).at_url(service));
    });
}

}  // namespace ffdump
