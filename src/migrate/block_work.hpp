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

struct BlockWork;

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
    bool is_known_image = false;  ///< its image was compared with others

    /// A record with the same image, which gets the same fate; of a chain.
    struct Twin {
        BlockWork* work = nullptr;
        std::uint32_t index = 0;
    };
    Twin twin;
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
    /// `twin`, and those that joined it, get the fate of record `i`.
    void join(std::size_t i, RecordFate::Twin twin);
    /// For those that joined record `i`; `told` may settle the record it is given.
    template <class Told>
    void for_each_twin(std::size_t i, Told told) {
        for (RecordFate::Twin at = fates[i].twin; at.work != nullptr;) {
            const RecordFate::Twin next = at.work->fates[at.index].twin;
            told(*at.work, at.index);
            at = next;
        }
    }
    /// Its image came from there, and so did that of those that joined it before they were fetched.
    void set_source(std::size_t i, const std::string& source) {
        fates[i].source = &source;
        for_each_twin(i, [&](BlockWork& work, std::size_t at) { work.take_source(at, fates[i]); });
    }
    void take_source(std::size_t i, const RecordFate& other) {
        if (fates[i].source == nullptr) {
            fates[i].source = other.source;
        }
    }
    void settle_changed(std::size_t i, const Facen& facen, double norm) {
        for_each_twin(i, [&](BlockWork& work, std::size_t at) { work.change(at, facen, norm); });
        change(i, facen, norm);
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
        for_each_twin(i, [&](BlockWork& work, std::size_t at) { work.fail(at, error, attempts); });
        fail(i, std::move(error), attempts);
    }

 private:
    void change(std::size_t i, const Facen& facen, double norm) {
        fates[i].facen = facen;
        fates[i].norm = norm;
        fates[i].twin = {};
        settle(i, RecordFate::State::changed);
    }
    void fail(std::size_t i, Error error, unsigned attempts) {
        fates[i].failure =
            std::make_unique<RecordFailure>(RecordFailure{std::move(error), attempts});
        fates[i].twin = {};
        ++failed_unwritten;
        settle(i, RecordFate::State::failed);
    }
};

inline void BlockWork::join(std::size_t i, RecordFate::Twin twin) {
    RecordFate::Twin last = twin;
    while (last.work->fates[last.index].twin.work != nullptr) {
        last = last.work->fates[last.index].twin;
    }
    twin.work->take_source(twin.index, fates[i]);
    last.work->fates[last.index].twin = fates[i].twin;
    fates[i].twin = twin;
}

/// One record that needs an image and a facen.
struct Ticket {
    BlockWork* work = nullptr;
    std::uint32_t index = 0;
    unsigned attempts = 0;     ///< requests that were made for it so far
    std::size_t server = 0;    ///< of extraction-api, that the last of them went to
    bool is_given_up = false;  ///< the storage failed so often for it that it is not asked again
    [[nodiscard]] const RecordSpan& span() const { return work->block.spans[index]; }
    [[nodiscard]] RecordPlace place() const { return work->place(index); }
};

/// A ticket whose image has come.
struct ReadyImage {
    Ticket ticket;
    SharedBytes bytes;
};

}  // namespace ffdump
