// SPDX-License-Identifier: Apache-2.0
#include "failures_command.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <fmt/format.h>

#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kFirstIds = 3;
/// A record of --max-record-bytes at its most, in base64, and what stands around it.
constexpr std::size_t kMostLineBytes = std::size_t{512} << 20U;

}  // namespace

std::string FailuresCommand::summary() const {
    return "List the failed records of a run by gallery and reason, with what to do next";
}

std::string FailuresCommand::epilogue() const {
    return R"(Example:
  ffdump failures newdump
  ffdump failures newdump --reason image_missing --ids > lost-images.txt

Reads newdump/.ffdump/failures.jsonl, or the list of a run that is not finished, and changes
nothing. A retry that is not finished lists what failed once more; what it has not come to is in
the list of the run before. --ids prints `GALLERY ID` lines, which --exclude-ids reads; a record
without a readable id is left out there.

Exit codes: 0 listed; 2 usage; 4 there is no list, or it cannot be read; 130, 143 interrupted.)";
}

void FailuresCommand::declare(CLI::App& app) {
    app.add_option("directory", directory_, "The directory of a new dump")
        ->type_name("DIR")
        ->required();
    app.add_option("--reason", reason_, "Only failures with this reason")->type_name("REASON");
    app.add_option("--gallery", gallery_, "Only failures of this gallery")->type_name("GALLERY");
    CLI::Option* const ids =
        app.add_flag("--ids", ids_, "One line `GALLERY ID` for each record, in place of the table");
    app.add_flag("--json", json_, "One JSON document on stdout")->excludes(ids);
}

Result<void> FailuresCommand::add(const CommandContext& context, FailureListing& listing,
                                  const FailureEntry& entry) const {
    if (context.stop_signal.load() != 0) {
        return failed(Reason::interrupted, "interrupted while reading the list");
    }
    if ((!reason_.empty() && reason_ != reason_name(entry.reason)) ||
        (!gallery_.empty() && gallery_ != entry.gallery)) {
        return {};
    }
    if (ids_ && entry.id) {
        context.terminal.result(fmt::format("{} {}", printable(entry.gallery), entry.id->value));
    }
    ++listing.records;
    FailureGroup& group = listing.groups[{entry.gallery, entry.reason}];
    ++group.count;
    if (entry.id && group.first_ids.size() < kFirstIds) {
        group.first_ids.push_back(entry.id->value);
    }
    if (group.first_detail.empty()) {
        group.first_detail = entry.detail;
    }
    return {};
}

Result<FailureListing> FailuresCommand::read(const CommandContext& context) const {
    const OutputDirectory output(directory_);
    FailureListing listing;
    // While a run goes on, a finished list beside it is that of the run before.
    const Result<bool> has_part =
        context.files.exists(output.failures_part(), FilePurpose::reading);
    const Result<bool> has_list = context.files.exists(output.failures(), FilePurpose::reading);
    if (!has_part || !has_list) {
        return failed(has_part ? has_list.error() : has_part.error());
    }
    listing.is_unfinished = *has_part;
    listing.has_earlier = *has_part && *has_list;
    const std::string path = listing.is_unfinished ? output.failures_part() : output.failures();
    Result<std::unique_ptr<File>> opened = context.files.open_read(path);
    if (!opened) {
        return failed(std::move(opened.error()).hint("give the directory that was migrate's --to"));
    }
    const std::unique_ptr<ByteSource> source = make_file_source(**opened);
    FailureReader reader(*source, path, kMostLineBytes);
    for (;;) {
        Result<std::optional<FailureEntry>> entry = reader.next();
        if (!entry && listing.is_unfinished) {
            listing.is_torn = true;
            return listing;
        }
        if (!entry && entry.error().reason() == Reason::failures_differ) {
            // To verify a verdict on the new dump; here the input that cannot be read.
            return failed(Error(Reason::output_damaged, entry.error().detail())
                              .at(entry.error().place())
                              .hint("ffdump verify says what else is damaged"));
        }
        if (!entry) {
            return failed(std::move(entry.error()));
        }
        if (!*entry) {
            return listing;
        }
        if (Result<void> added = add(context, listing, **entry); !added) {
            return failed(std::move(added.error()));
        }
    }
}

int FailuresCommand::run(const CommandContext& context) {
    if (!reason_.empty() && !reason_from_name(reason_)) {
        const Error error =
            Error(Reason::usage_error,
                  fmt::format("--reason {} is no reason code", printable(reason_)))
                .hint("without --reason, ffdump failures shows the codes that occur");
        return give_up(context, {&error, 1});
    }
    const Result<FailureListing> listing = read(context);
    if (!listing) {
        return give_up(context, {&listing.error(), 1});
    }
    if (!ids_) {
        context.terminal.result(json_ ? render_failures_json(*listing)
                                      : render_failures_text(*listing, directory_));
    }
    return 0;
}

}  // namespace ffdump
