// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "block_work.hpp"
#include "file_sealer.hpp"

#include "ffdump/base/mailbox.hpp"
#include "ffdump/base/result.hpp"
#include "ffdump/extraction/extractor.hpp"
#include "ffdump/images/image_store.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <variant>
#include <vector>

namespace ffdump {

/// The reader has a block.
struct BlockRead {
    std::unique_ptr<BlockWork> work;
};
/// The reader is through with every file, or met an error of the source.
struct ReadingEnded {
    Result<void> result;
    /// This one gave other bytes than in the survey: what was made of it is worth nothing.
    std::optional<std::uint32_t> untrue_file{};
};
/// A fetch is answered.
struct ImageFetched {
    std::uint64_t fetch = 0;
    Result<Image> image;
};
/// An extraction request is answered.
struct BatchAnswered {
    std::uint64_t batch = 0;
    Result<std::vector<ExtractedFacen>> facens;
};
/// A finished file was read back.
struct FileReadBack {
    std::uint32_t file = 0;
    Result<SealedFile> sealed;
};

/// Everything that other threads tell the pipeline's thread.
using PipelineEvent =
    std::variant<BlockRead, ReadingEnded, ImageFetched, BatchAnswered, FileReadBack>;
using PipelineMailbox = Mailbox<PipelineEvent>;

}  // namespace ffdump
