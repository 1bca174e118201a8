// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/dump/record_block.hpp"
#include "ffdump/images/image_store.hpp"
#include "ffdump/journal/redo_log.hpp"
#include "ffdump/record/facen.hpp"

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// Why a record will be in failures.jsonl.
struct RecordFailure {
    Error error;
    unsigned attempts = 0;
};

/// What becomes of one record; decided in any order, written in the source's.
struct RecordFate {
    enum class State : std::uint8_t { open, changed, kept, failed, excluded };
    State state = State::open;
    Facen facen;                             ///< when changed, or see has_prior
    const std::string* source = nullptr;     ///< where its image came from, if that is counted
    double norm = 0;                         ///< of the facen
    std::unique_ptr<RecordFailure> failure;  ///< when failed
    /// Open, but with the facen of an earlier run: only the image is wanted, for a canary.
    bool has_prior = false;
};

/// A block on its way through the pipeline. Owned by the pipeline's queue; stages hold pointers to
/// it only while `open` counts their records.
struct BlockWork {
    std::uint32_t file = 0;  ///< index into the plan
    RecordBlock block;
    std::vector<RecordFate> fates;
    std::size_t open = 0;              ///< records without a fate
    std::size_t written = 0;           ///< records at the front that have been written
    std::size_t failed_unwritten = 0;  ///< failed records that are not written yet

    [[nodiscard]] RecordPlace place(std::size_t i) const { return {file, block.begin.ordinal + i}; }
    void settle(std::size_t i, RecordFate::State state) {
        fates[i].state = state;
        --open;
    }
    void settle_changed(std::size_t i, Facen facen, double norm) {
        fates[i].facen = std::move(facen);
        fates[i].norm = norm;
        settle(i, RecordFate::State::changed);
    }
    void settle_prior(std::size_t i) {
        fates[i].has_prior = false;
        settle(i, RecordFate::State::changed);
    }
    void settle_failed(std::size_t i, Error error, unsigned attempts) {
        if (fates[i].has_prior) {
            settle_prior(i);
            return;
        }
        fates[i].failure =
            std::make_unique<RecordFailure>(RecordFailure{std::move(error), attempts});
        ++failed_unwritten;
        settle(i, RecordFate::State::failed);
    }
};

/// One record that needs an image and a facen.
struct Ticket {
    BlockWork* work = nullptr;
    std::uint32_t index = 0;
    unsigned attempts = 0;  ///< requests that were made for it so far
    [[nodiscard]] const RecordSpan& span() const { return work->block.spans[index]; }
    [[nodiscard]] RecordPlace place() const { return work->place(index); }
};

/// A ticket whose image has come.
struct ReadyImage {
    Ticket ticket;
    SharedBytes bytes;
};

}  // namespace ffdump
