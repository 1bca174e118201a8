// SPDX-License-Identifier: Apache-2.0
#include "block_feeder.hpp"

#include "support/record_builder.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/dump/survey.hpp"

#include <catch2/catch.hpp>

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr std::size_t kRecords = 4000;

std::string records() {
    std::string text;
    for (std::size_t i = 0; i < kRecords; ++i) {
        text += R"({"id":)" + std::to_string(i + 1) +
                R"(,"facen":"AACAPwAAAAA=","normalized_id":"a.png","pad":")" +
                std::string(1000, ' ') + "\"}\n";
    }
    return text;
}

/// A dump of one file, as it was when the run began.
struct FedFile {
    FedFile() {
        FilePlan& file = plan.files.emplace_back();
        file.file.path = folder.write("faces.json", records());
        file.file.name = "faces.json";
        file.file.profile = builder_profile(Container::json_lines);
        std::unique_ptr<File> opened = files->open_read(file.file.path).value();
        file.survey.identity = opened->identity().value();
        RunningHash hash;
        hash.add(records());
        file.survey.fingerprint = hash.value().hex();
    }
    /// Everything that is read, one block out at a time; `met` is called with each.
    template <class Met>
    ReadingEnded read(Met met) {
        PipelineMailbox mailbox;
        BlockFeeder feeder(*files, plan, {}, 1, mailbox);
        feeder.start({{0, {}}});
        for (;;) {
            std::vector<PipelineEvent> events;
            mailbox.take_all(events, std::chrono::seconds(1));
            for (PipelineEvent& event : events) {
                if (auto* ended = std::get_if<ReadingEnded>(&event)) {
                    return std::move(*ended);
                }
                auto& work = std::get<BlockRead>(event).work;
                records_read += work->block.size();
                met();
                feeder.give_back(std::move(work));
            }
        }
    }

    ScratchFolder folder;
    std::unique_ptr<FileSystem> files = make_posix_file_system();
    MigrationPlan plan;
    std::size_t records_read = 0;
};

TEST_CASE("a file that is as it was is read to its end") {
    FedFile fed;
    const ReadingEnded ended = fed.read([] {});
    CHECK(ended.result);
    CHECK(fed.records_read == kRecords);
}

TEST_CASE("of a file that changes no further block is handed on") {
    FedFile fed;
    bool is_changed = false;
    const ReadingEnded ended = fed.read([&] {
        if (!std::exchange(is_changed, true)) {
            std::string other = records();
            other[other.size() / 2] = 'x';
            fed.folder.write("faces.json", other);
        }
    });
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().reason() == Reason::source_changed);
    // One more may have been read before the change.
    CHECK(fed.records_read < kRecords / 2);
    CHECK_FALSE(ended.untrue_file);
}

TEST_CASE("a file whose bytes are others though nobody changed it is named") {
    FedFile fed;
    fed.plan.files[0].survey.fingerprint = std::string(32, '0');
    const ReadingEnded ended = fed.read([] {});
    REQUIRE_FALSE(ended.result);
    CHECK(ended.result.error().reason() == Reason::source_changed);
    CHECK(ended.untrue_file == 0U);
    CHECK(fed.records_read < kRecords);
}

}  // namespace
}  // namespace ffdump
