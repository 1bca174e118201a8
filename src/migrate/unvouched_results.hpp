// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "image_stage.hpp"

#include "ffdump/journal/redo_log.hpp"
#include "ffdump/migrate/migration_plan.hpp"

#include <memory>
#include <vector>

namespace ffdump {

/// Facens of an earlier process of the run for which no check of the model vouches: their images
/// are fetched again before anything else, so that the first check holds the service against them.
/// Else a service that had another model for a while, and has the first one again, would vouch for
/// what it gave in between. Lives on the pipeline's thread.
class UnvouchedResults {
 public:
    /// Hands their images to the stage; those without one are passed over.
    void ask(const std::vector<RedoEntry>& results, const MigrationPlan& plan, ImageStage& images);
    /// Whether the image is one of them.
    [[nodiscard]] bool has(const Ticket& ticket) const;
    /// Images of which it is not known yet whether they come.
    [[nodiscard]] bool is_waiting() const;

 private:
    /// One record each; the stage points to them. Kept to the end, as a late answer may come.
    std::vector<std::unique_ptr<BlockWork>> works_;
};

}  // namespace ffdump
