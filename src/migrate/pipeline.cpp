// SPDX-License-Identifier: Apache-2.0
#include "pipeline.hpp"

#include "pipeline_limits.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {

Pipeline::Pipeline(const Settings& settings, const MigrationOptions& options,
                   const MigrationServices& services, const Job& job, OutputStage& output)
    : options_(options),
      services_(services),
      plan_(job.plan),
      output_(output),
      redo_(job.redo),
      redone_(job.redone),
      limits_{.record_bytes = settings.limits.record_bytes, .depth = settings.limits.depth},
      images_(services.images, mailbox_, image_limits(settings, options),
              ServiceGate(gate_figures(settings.retry), Random(services.random_seed)),
              KnownImages(job.plan)),
      guard_(settings.canaries, settings.batch_size != 0 ? settings.batch_size : kUsualBatch,
             Random(services.random_seed + 2)),
      extraction_(services.extractor, mailbox_, job.plan, extraction_limits(settings, options),
                  ServiceGate(gate_figures(settings.retry), Random(services.random_seed + 1)),
                  guard_),
      model_({guard_, extraction_, output, job.redo, job.plan, job.directory, services},
             job.run_id),
      server_watch_(services.extractor, services.log),
      image_watch_(
          "the image storage " + services.images.describe(), images_.gate(),
          settings.retry.give_up_after, [] { return false; }, services.log),
      extraction_watch_(
          services.extractor.describe(), extraction_.gate(), settings.retry.give_up_after,
          [this] { return server_watch_.each_refuses(); }, services.log),
      stall_watch_(services.log),
      space_watch_(options, services, job.plan, job.directory.path()),
      admission_({options, plan_, job.directory, job.excluded, services.files, limits_},
                 {images_, extraction_, guard_, job.redone, same_ids_}),
      feeder_(services.files, job.plan, limits_,
              settings.limits.window_bytes / kWindowShares * kBlockShare, mailbox_),
      sealer_(services.files,
              [this](std::uint32_t file, Result<SealedFile> sealed) {
                  mailbox_.post(FileReadBack{file, std::move(sealed)});
              }),
      failed_before_(output.records_failed()),
      done_before_(output.records_done()) {
    guard_.watch_servers(server_watch_.names());
    extraction_.on_facen([this](const Ticket& ticket, const Facen& facen) {
        const RecordBlock& block = ticket.work->block;
        redo_.add(ticket.place(), ticket.span().id.value, block.view(ticket.span().normalized_id),
                  facen);
    });
    for (std::uint32_t i = 0; i < job.plan.files.size(); ++i) {
        for (const auto& [reason, count] : output.progress()[i].tally.failed_by_reason) {
            reasons_before_[reason] += count;
        }
        if (const std::size_t found = output.progress()[i].tally.new_dimension; found != 0) {
            extraction_.set_dimension(i, found);
            images_.failures().passed_before();
        }
    }
}

Result<void> Pipeline::finish_later(const std::vector<std::uint32_t>& files) {
    for (const std::uint32_t file : files) {
        Result<std::optional<std::string>> head = output_.head_to_seal(file);
        if (!head) {
            return failed(std::move(head.error()));
        }
        ++sealing_;
        sealer_.seal(file, output_.path_to_seal(file), output_.progress()[file].regions,
                     std::move(*head));
    }
    return {};
}

Result<void> Pipeline::take_up(const std::vector<std::uint32_t>& sealed,
                               const KeptCanaries& canaries) {
    if (Result<void> taken = model_.take_up(sealed).and_then([&] { return model_.load(canaries); });
        !taken || !guard_.is_on()) {
        return taken;
    }
    return redone_.samples([this](std::uint32_t file) { return extraction_.lane_of(file); })
        .map([this](const std::vector<RedoEntry>& results) {
            unvouched_.ask(results, plan_, images_);
        });
}

Result<void> Pipeline::run(std::vector<FeedFile> feed) {
    bool is_reading = false;
    // Images that a run asks for when it is taken up; else they would wait as long as an event may.
    pump(services_.clock.now());
    while (!is_finished()) {
        guard_.await_unvouched(unvouched_.is_waiting());
        // Images that wait for a service that is not checked yet would leave them no room.
        if (!is_reading && !unvouched_.is_waiting()) {
            feeder_.start(std::move(feed));
            is_reading = true;
        }
        if (Result<void> turned = turn(); !turned) {
            return wind_down(std::move(turned.error()));
        }
    }
    report(services_.clock.now());
    return {};
}

bool Pipeline::is_finished() const {
    return is_over() && sealing_ == 0 && model_.is_settled() && extraction_.in_flight() == 0;
}

Result<void> Pipeline::turn() {
    mailbox_.take_all(events_, wait_time(services_.clock.now()));
    Result<void> handled;
    for (PipelineEvent& event : events_) {
        // Once something failed the others count all the same: the end waits for what is in flight.
        if (handled) {
            handled = handle(std::move(event));
        } else {
            land(std::move(event));
        }
    }
    if (!handled) {
        return handled;
    }
    if (Result<void> written = model_.write(); !written) {
        return written;
    }
    const Clock::Instant now = services_.clock.now();
    if (server_watch_.turn()) {
        guard_.watch_anew();
    }
    settle_when_calm();
    // Before more is sent: a service whose refusal ends the run is not asked once more.
    if (Result<void> within = check_bounds(now); !within) {
        report(now);
        return within;
    }
    pump(now);
    if (Result<void> written =
            write_settled(now).and_then([this] { return finish_later(output_.take_completed()); });
        !written) {
        return written;
    }
    if (Result<void> watched = model_.turn(now, is_over()); !watched) {
        return watched;
    }
    // A check that begins here is sent now; else it would wait for the next event, or 200 ms.
    pump_extraction(now);
    report(now);
    return {};
}

Result<void> Pipeline::handle(PipelineEvent event) {
    const Clock::Instant now = services_.clock.now();
    if (auto* read = std::get_if<BlockRead>(&event)) {
        window_.push_back(std::move(read->work));
        return admission_.admit(*window_.back());
    }
    if (auto* ended = std::get_if<ReadingEnded>(&event)) {
        reading_ended_ = true;
        untrue_file_ = ended->untrue_file;
        return std::move(ended->result);
    }
    if (auto* image = std::get_if<ImageFetched>(&event)) {
        if (std::optional<ReadyImage> ready = images_.fetched(std::move(*image), now)) {
            take_image(std::move(*ready), now);
        }
        return {};
    }
    if (auto* batch = std::get_if<BatchAnswered>(&event)) {
        extraction_.answered(std::move(*batch), now);
        return {};
    }
    return read_back(std::move(std::get<FileReadBack>(event)));
}

/// Held failures wait for records after them; when none will come any more, or the window is full
/// and they are what is waited for, there is nothing else to judge them by.
void Pipeline::settle_when_calm() {
    const bool none_come = reading_ended_ || (events_.empty() && feeder_.is_full());
    if (none_come && images_.is_idle() && extraction_.is_idle()) {
        const auto more =
            reading_ended_ ? FailureHold::More::are_none : FailureHold::More::will_come;
        images_.failures().settle_calm(more);
        extraction_.health().settle_calm(more);
    }
}

void Pipeline::pump(Clock::Instant now) {
    for (const Ticket& ticket : extraction_.health().take_returned()) {
        images_.add(ticket);
    }
    images_.pump(now, extraction_.ready_bytes(), extraction_.ready_count());
    pump_extraction(now);
}

void Pipeline::pump_extraction(Clock::Instant now) {
    extraction_.pump(now, images_.supply(extraction_.ready_bytes(), extraction_.ready_count()));
}

Result<void> Pipeline::write_settled(Clock::Instant now) {
    while (!window_.empty() && window_.front()->open == 0) {
        Result<bool> whole = output_.write(*window_.front());
        if (!whole) {
            return failed(std::move(whole.error()));
        }
        open_file_ =
            window_.front()->block.last ? std::nullopt : std::optional(window_.front()->file);
        same_ids_.forget(*window_.front());
        same_bytes_.forget(*window_.front());
        feeder_.give_back(std::move(window_.front()));
        window_.pop_front();
    }
    if (!output_.commit_is_due(now)) {
        return {};
    }
    return commit(now).and_then([this] { return space_watch_.look(output_.progress()); });
}

Result<void> Pipeline::commit(Clock::Instant now) {
    if (Result<void> committed = output_.commit(now); !committed) {
        return committed;
    }
    RecordPlace place{static_cast<std::uint32_t>(plan_.files.size()), 0};
    if (!window_.empty()) {
        place = window_.front()->place(window_.front()->written);
    } else if (open_file_ && admission_.is_retried(*open_file_)) {
        place.file = *open_file_;
    }
    if (admission_.is_retried(place.file)) {
        place.ordinal = 0;  // after a crash such a file is begun anew
    }
    return redo_.committed(place);
}

Result<void> Pipeline::read_back(FileReadBack event) {
    --sealing_;
    if (!event.sealed) {
        return failed(std::move(event.sealed.error()));
    }
    return model_.sealed(event.file, *event.sealed);
}

void Pipeline::take_image(ReadyImage image, Clock::Instant now) {
    BlockWork& work = *image.ticket.work;
    const std::uint32_t i = image.ticket.index;
    if (!work.fates[i].has_prior) {
        if (!is_extracted_for_another(image)) {
            extraction_.add(std::move(image), now);
        }
        return;
    }
    const std::size_t lane = extraction_.lane_of(work.file);
    const RecordId id = image.ticket.span().id;
    if (unvouched_.has(image.ticket)) {
        guard_.unvouched(lane, id, image.bytes, work.fates[i].facen);
    } else {
        guard_.known(lane, id, image.bytes, work.fates[i].facen);
    }
    work.settle_prior(i);
}

/// With --dedup-images. SHA-256, since whoever appears in an image may have made it.
bool Pipeline::is_extracted_for_another(const ReadyImage& image) {
    RecordFate& fate = image.ticket.work->fates[image.ticket.index];
    // One that comes a second time is asked for again because of what its first try gave.
    if (!options_.dedup_images || std::exchange(fate.is_known_image, true)) {
        return false;
    }
    const SameImages::Met met = same_bytes_.meet(image.ticket, sha256_hex(*image.bytes));
    if (met == SameImages::Met::settled) {
        extraction_.note_facen(image.ticket);
    }
    return met != SameImages::Met::none;
}

Result<void> Pipeline::check_bounds(Clock::Instant now) {
    if (const int signal = services_.stop_signal.load(); signal != 0) {
        return failed(Reason::interrupted, fmt::format("stopped by signal {}", signal));
    }
    if (const std::optional<Error>& verdict = images_.verdict()) {
        return failed(*verdict);
    }
    if (const std::optional<Error>& verdict = extraction_.health().verdict()) {
        return failed(Error(*verdict).at_url(services_.extractor.describe()));
    }
    return check_budget()
        .and_then([this, now] { return image_watch_.check(now); })
        .and_then([this, now] { return extraction_watch_.check(now); });
}

/// Counts what is settled, written or not: a record that waits for those before it has failed
/// already.
Result<void> Pipeline::check_budget() {
    if (!options_.budget.is_set()) {
        return {};
    }
    // Of this process alone: what failed before is known, and must not stop the next try at once.
    std::uint64_t failed_now = output_.records_failed() - failed_before_;
    std::uint64_t done_now = output_.records_done() - done_before_;
    const std::size_t held = images_.failures().records() + extraction_.health().held();
    failed_now += held;
    done_now += held;
    for (const std::unique_ptr<BlockWork>& work : window_) {
        failed_now += work->failed_unwritten;
        done_now += work->block.size() - work->open - work->written;
    }
    if (options_.budget.is_exceeded(failed_now, done_now)) {
        return failed(
            Reason::too_many_failures,
            fmt::format("{} of {} records have failed in this run ({}), more than --max-failures "
                        "allows",
                        failed_now, done_now, failures_text()));
    }
    return {};
}

std::chrono::nanoseconds Pipeline::wait_time(Clock::Instant now) const {
    std::chrono::nanoseconds wait = kLongestWait;
    for (const std::optional<Clock::Instant>& timer :
         {images_.next_timer(), extraction_.next_timer(now)}) {
        if (timer) {
            wait = std::min<std::chrono::nanoseconds>(wait, *timer - now);
        }
    }
    return std::max(wait, std::chrono::nanoseconds(0));
}

}  // namespace ffdump
