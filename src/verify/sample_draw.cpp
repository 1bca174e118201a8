// SPDX-License-Identifier: Apache-2.0
#include "contents_check.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_walk.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/verify/sample_report.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

class SampleDrawing {
 public:
    SampleDrawing(FileSystem& files, const SampleDraw& draw) : files_(files), draw_(draw) {}

    Result<DrawnGallery> draw(const ManifestFile& file, const std::string& path);
    [[nodiscard]] std::size_t room() const noexcept { return draw_.most - kept_; }

 private:
    [[nodiscard]] Result<void> take(const RecordBlock& block, const ManifestFile& file,
                                    const DrawOrder& order, RecordDraw& sample);
    [[nodiscard]] Result<void> pass(std::uint64_t bytes);

    FileSystem& files_;
    const SampleDraw& draw_;
    FacenEncoding encoding_;
    std::size_t kept_ = 0;
    std::uint64_t passed_ = 0;  ///< bytes
};

Error too_many(std::size_t most) {
    return Error(Reason::usage_error,
                 fmt::format("the sample would have more than {} records", most))
        .hint("give a smaller --sample");
}

Result<void> SampleDrawing::pass(std::uint64_t bytes) {
    passed_ += bytes;
    return draw_.progress && !draw_.progress(passed_, 0)
               ? failed(Reason::interrupted, "interrupted while drawing the sample")
               : Result<void>();
}

Result<void> SampleDrawing::take(const RecordBlock& block, const ManifestFile& file,
                                 const DrawOrder& order, RecordDraw& sample) {
    for (std::size_t i = 0; i < block.size(); ++i) {
        const RecordSpan& span = block.spans[i];
        if (block.is_bad(i) || !span.has_normalized_id || span.normalized_id.size == 0) {
            continue;
        }
        const std::uint64_t rank = order.rank(span.id);
        if (!sample.wants(rank)) {
            continue;
        }
        Result<Facen> facen = decode_facen(block.view(span.facen), encoding_);
        if (!facen) {
            return failed(std::move(facen.error())
                              .at(Place{.file = file.name,
                                        .line = span.line,
                                        .column = 0,
                                        .offset = span.offset,
                                        .record_id = span.id.value,
                                        .url = {}}));
        }
        const std::string_view token = block.view(span.normalized_id);
        sample.add({span.id, rank, block.text(span.normalized_id).value_or(std::string(token)),
                    std::move(*facen)});
    }
    return pass(block.used);
}

Result<DrawnGallery> SampleDrawing::draw(const ManifestFile& file, const std::string& path) {
    const auto profile = std::ranges::find(draw_.profiles, file.profile, &Profile::name);
    if (profile == draw_.profiles.end()) {
        return failed(Error(Reason::profile_invalid,
                            fmt::format("profile {} is not known here", printable(file.profile)))
                          .at_file(path));
    }
    Result<std::unique_ptr<RecordWalk>> walk =
        RecordWalk::open(files_, path, *profile, draw_.limits);
    if (!walk) {
        return failed(std::move(walk.error()));
    }
    encoding_ = profile->facen_encoding;
    DrawnGallery gallery{file.gallery, path, encoding_, 0, {}};
    const DrawOrder order(draw_.seed, file.gallery);
    // One more than there is room for shows that there are too many.
    RecordDraw sample(draw_.size, room() + 1);
    RecordBlock block;
    for (;;) {
        Result<bool> more = (*walk)->next(block);
        if (!more) {
            return failed(std::move(more.error()));
        }
        if (!*more) {
            break;
        }
        gallery.records += block.size();
        if (Result<void> taken = take(block, file, order, sample); !taken) {
            return failed(std::move(taken.error()));
        }
    }
    gallery.drawn = sample.take();
    if (gallery.drawn.size() > room()) {
        return failed(too_many(draw_.most));
    }
    kept_ += gallery.drawn.size();
    return gallery;
}

}  // namespace

Result<std::vector<DrawnGallery>> draw_sample(FileSystem& files, const SampleDraw& draw) {
    Findings findings(1);
    const OutputDirectory directory(draw.to);
    const std::optional<Manifest> manifest = take_manifest(files, directory, findings);
    if (!manifest) {
        return failed(Error(Reason::manifest_invalid, "there is no manifest that could be read")
                          .at_file(directory.manifest()));
    }
    SampleDrawing drawing(files, draw);
    std::vector<DrawnGallery> sample;
    for (const ManifestFile& file : manifest->files) {
        if (file.action != "migrate") {
            continue;
        }
        Result<DrawnGallery> gallery =
            drawing.draw(file, directory.file(target_name_of(*manifest, file.name)));
        if (!gallery) {
            return failed(std::move(gallery.error()));
        }
        sample.push_back(std::move(*gallery));
    }
    return sample;
}

}  // namespace ffdump
