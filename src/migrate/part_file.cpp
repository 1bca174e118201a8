// SPDX-License-Identifier: Apache-2.0
#include "part_file.hpp"

#include "ffdump/io/compression.hpp"
#include "ffdump/journal/failures.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {

Result<void> cut_to(File& file, std::uint64_t bytes) {
    Result<FileIdentity> identity = file.identity();
    if (!identity) {
        return failed(std::move(identity.error()));
    }
    if (identity->size < bytes) {
        return failed(
            Error(Reason::output_damaged,
                  fmt::format("the file has {} bytes, the journal says that {} are durable",
                              identity->size, bytes))
                .at_file(file.path()));
    }
    return identity->size == bytes ? Result<void>() : file.truncate(bytes);
}

FileSplicer::NewFacts new_facts(const FilePlan& plan) {
    FileSplicer::NewFacts facts;
    if (!plan.new_model.empty()) {
        facts.facen_model = plan.new_model;
    }
    facts.dimension = plan.action == GalleryAction::migrate ? plan.dimension : 0;
    return facts;
}

Result<std::optional<std::string>> final_head(const FilePlan& plan,
                                              const FileSplicer::State& state) {
    return counted_head(plan.file.profile, state)
        .and_then([&plan](const std::string& head) -> Result<std::optional<std::string>> {
            if (head.empty()) {
                return std::optional<std::string>();
            }
            return stored_frame(plan.compression.kind, head).map([](std::string frame) {
                return std::optional(std::move(frame));
            });
        });
}

std::string failure_line(const FilePlan& plan, const BlockWork& work, std::size_t i) {
    const RecordFailure& failure = *work.fates[i].failure;
    FailureEntry entry;
    entry.file = plan.file.name;
    entry.gallery = plan.file.gallery;
    entry.ordinal = work.block.begin.ordinal + i;
    if (!work.block.is_bad(i)) {
        entry.id = work.block.spans[i].id;
    }
    entry.reason = failure.error.reason();
    entry.detail = failure.error.detail();
    entry.attempts = failure.attempts;
    entry.record = work.block.record(i);
    return failure_line(entry);
}

}  // namespace ffdump
