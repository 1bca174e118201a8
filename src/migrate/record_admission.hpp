// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "extraction_stage.hpp"
#include "image_stage.hpp"
#include "model_guard.hpp"
#include "prior_results.hpp"
#include "redone_results.hpp"
#include "same_images.hpp"

#include "ffdump/dump/excluded_ids.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/output_directory.hpp"
#include "ffdump/migrate/migration.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <memory>
#include <set>
#include <utility>

namespace ffdump {

/// Decides for each record that was read what happens to it: settled at once, with a facen of an
/// earlier run or process, or handed to the image stage. Lives on the pipeline's thread;
/// everything given is borrowed.
class RecordAdmission {
 public:
    struct Run {
        const MigrationOptions& options;
        const MigrationPlan& plan;
        const OutputDirectory& directory;
        const ExcludedIds& excluded;
        FileSystem& files;
        ReadLimits limits;
    };
    struct Stages {
        ImageStage& images;
        ExtractionStage& extraction;
        ModelGuard& guard;
        RedoneResults& redone;
        SameImages& same;  ///< by normalized_id
    };
    RecordAdmission(const Run& run, const Stages& stages) : run_(run), stages_(stages) {}

    /// Files whose earlier results are kept (--retry-failed).
    void keep_results_of(std::set<std::uint32_t> files) { retried_ = std::move(files); }
    [[nodiscard]] bool is_retried(std::uint32_t file) const { return retried_.contains(file); }

    /// Gives every record of a fresh block a fate, or an owner that will.
    [[nodiscard]] Result<void> admit(BlockWork& work);

 private:
    [[nodiscard]] Result<void> decide(BlockWork& work, std::size_t i);
    void ask(BlockWork& work, std::size_t i);
    [[nodiscard]] Result<bool> redo(BlockWork& work, std::size_t i);
    [[nodiscard]] Result<bool> reuse(BlockWork& work, std::size_t i);
    /// Whether one more image of an earlier result may be fetched.
    [[nodiscard]] bool may_probe(const BlockWork& work);

    struct Probes {
        std::size_t asked = 0;
        std::size_t allowed = 0;
        std::pair<std::uint32_t, std::uint64_t> block{UINT32_MAX, 0};  ///< file and first record
    };

    Run run_;
    Stages stages_;
    std::set<std::uint32_t> retried_;
    std::unique_ptr<PriorResults> prior_;
    std::uint32_t prior_file_ = 0;
    std::map<std::size_t, Probes> probes_;  ///< by target
};

}  // namespace ffdump
