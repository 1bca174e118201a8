// SPDX-License-Identifier: Apache-2.0
#include "record_admission.hpp"

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// Images of earlier results that are fetched again for canaries, of each target: as many more as
/// long as none has come, since many may be gone, and some of each further block.
constexpr std::size_t kMostProbes = 64;
constexpr std::size_t kMostFirstProbes = 512;
constexpr std::size_t kProbesOfBlock = 8;

}  // namespace

Result<void> RecordAdmission::admit(BlockWork& work) {
    work.fates.clear();
    work.fates.resize(work.block.size());
    work.open = work.block.size();
    work.written = 0;
    work.failed_unwritten = 0;
    for (std::size_t i = 0; i < work.block.size(); ++i) {
        if (Result<void> decided = decide(work, i); !decided) {
            return decided;
        }
    }
    return {};
}

Result<void> RecordAdmission::decide(BlockWork& work, std::size_t i) {
    const FilePlan& plan = run_.plan.files[work.file];
    const RecordSpan& span = work.block.spans[i];
    if (work.block.is_bad(i)) {
        if (!run_.options.skip_bad_records) {
            return failed(work.block.error_of(i));
        }
        work.settle_failed(i, work.block.error_of(i), 0);
        return {};
    }
    if (!run_.excluded.empty() && run_.excluded.contains(plan.file.gallery, span.id)) {
        work.settle(i, RecordFate::State::excluded);
        return {};
    }
    if (plan.action == GalleryAction::copy) {
        // Not even in a retry: what is copied has no new facen that could be taken over.
        work.settle(i, RecordFate::State::kept);
        return {};
    }
    if (retried_.contains(work.file)) {
        Result<bool> reused = reuse(work, i);
        if (!reused) {
            return failed(std::move(reused.error()));
        }
        if (*reused) {
            return {};
        }
    }
    Result<bool> redone = redo(work, i);
    if (!redone || *redone) {
        return redone.map([](bool) {});
    }
    if (!span.has_normalized_id || span.normalized_id.size == 0) {
        work.settle_failed(
            i, Error(Reason::no_normalized_id, "the record names no normalized image"), 0);
    } else {
        ask(work, i);
    }
    return {};
}

/// For its image, unless a record in the window has the same one.
void RecordAdmission::ask(BlockWork& work, std::size_t i) {
    const Ticket ticket{&work, static_cast<std::uint32_t>(i), 0};
    switch (stages_.same.meet(ticket, work.block.view(work.block.spans[i].normalized_id))) {
        case SameImages::Met::none:
            stages_.images.add(ticket);
            break;
        case SameImages::Met::settled:
            stages_.extraction.note_facen(ticket);
            break;
        case SameImages::Met::joined:
            break;
    }
}

/// Whether the record has a facen from before the process ended that was not committed.
Result<bool> RecordAdmission::redo(BlockWork& work, std::size_t i) {
    return stages_.redone.take(work.place(i)).map([&](std::optional<Facen> facen) {
        if (facen) {
            stages_.extraction.note_dimension(work.file, facen->size());
            stages_.images.failures().passed_before();
            const double norm = facen_norm(*facen);
            work.settle_changed(i, std::move(*facen), norm);
        }
        return facen.has_value();
    });
}

bool RecordAdmission::may_probe(const BlockWork& work) {
    const std::size_t lane = stages_.extraction.lane_of(work.file);
    if (!stages_.guard.wants_known(lane)) {
        return false;
    }
    Probes& probes = probes_[lane];
    const std::pair block{work.file, work.block.begin.ordinal};
    if (std::exchange(probes.block, block) != block) {
        probes.allowed = std::max(stages_.guard.knows(lane) ? kMostProbes : kMostFirstProbes,
                                  probes.asked + kProbesOfBlock);
    }
    return probes.asked < probes.allowed && ++probes.asked != 0;
}

Result<bool> RecordAdmission::reuse(BlockWork& work, std::size_t i) {
    const FilePlan& plan = run_.plan.files[work.file];
    if (!prior_ || prior_file_ != work.file) {
        prior_.reset();
        Result<std::unique_ptr<PriorResults>> opened = PriorResults::open(
            run_.files, run_.directory.file(plan.target_name), run_.directory.failures(),
            plan.file.name, plan.file.profile, run_.limits);
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        prior_ = std::move(*opened);
        prior_file_ = work.file;
    }
    Result<bool> had_failed = prior_->is_failed(work.block.begin.ordinal + i);
    if (!had_failed || *had_failed) {
        return had_failed.map([](bool) { return false; });
    }
    return prior_->next(work.block.spans[i].id).map([this, &work, i](Facen facen) {
        RecordFate& fate = work.fates[i];
        fate.norm = facen_norm(facen);
        fate.facen = std::move(facen);
        fate.has_prior = true;
        stages_.extraction.health().passed_before(stages_.extraction.lane_of(work.file));
        stages_.images.failures().passed_before();
        // The first of them show whether the model is still that of the run before.
        const RecordSpan& span = work.block.spans[i];
        const bool has_image = span.has_normalized_id && span.normalized_id.size != 0;
        if (has_image && may_probe(work)) {
            stages_.images.add({&work, static_cast<std::uint32_t>(i), 0});
        } else {
            work.settle_prior(i);
        }
        return true;
    });
}

}  // namespace ffdump
