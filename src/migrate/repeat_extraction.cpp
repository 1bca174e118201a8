// SPDX-License-Identifier: Apache-2.0
#include "ffdump/migrate/repeat_extraction.hpp"

#include "repeat_requests.hpp"

#include "ffdump/record/facen.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

/// Of fewer records that a sample has lost nothing is concluded.
constexpr std::uint64_t kFewestForPattern = 5;
constexpr double kAnyNorm = 1e30;

class SampleSource final : public RoundSource {
 public:
    explicit SampleSource(const std::vector<DrawnGallery>& sample) : sample_(sample) {}

    [[nodiscard]] Result<std::optional<RoundRecord>> next() override {
        while (gallery_ < sample_.size() && record_ == sample_[gallery_].drawn.size()) {
            ++gallery_;
            record_ = 0;
        }
        if (gallery_ == sample_.size()) {
            return std::optional<RoundRecord>();
        }
        const DrawnRecord& drawn = sample_[gallery_].drawn[record_];
        ++passed_;
        return RoundRecord{.file = gallery_,
                           .id = drawn.id,
                           .normalized_id = drawn.normalized_id,
                           .number = record_++};
    }
    [[nodiscard]] std::uint64_t passed() const noexcept override { return passed_; }
    [[nodiscard]] std::uint64_t total() const noexcept override {
        std::uint64_t records = 0;
        for (const DrawnGallery& gallery : sample_) {
            records += gallery.drawn.size();
        }
        return records;
    }

 private:
    const std::vector<DrawnGallery>& sample_;
    std::size_t gallery_ = 0;
    std::size_t record_ = 0;
    std::uint64_t passed_ = 0;
};

std::vector<ExtractionTarget> targets_of(const Settings& settings,
                                         const std::vector<DrawnGallery>& sample) {
    std::vector<ExtractionTarget> targets;
    for (const DrawnGallery& gallery : sample) {
        targets.push_back(
            settings.gallery(gallery.gallery).extraction.value_or(settings.extraction));
    }
    return targets;
}

class Repetition final : public RoundTaker {
 public:
    Repetition(const Settings& settings, const std::vector<DrawnGallery>& sample,
               double cosine_above, const RoundServices& services, Extractor& extractor)
        : sample_(sample),
          cosine_above_(cosine_above),
          findings_(sample.size()),
          requests_(
              settings, targets_of(settings, sample), services, extractor,
              [this](std::size_t gallery, std::size_t number, ExtractedFacen facen,
                     bool was_served) { take(gallery, number, std::move(facen), was_served); }) {}

    [[nodiscard]] bool wants(const RoundRecord&) override { return true; }
    [[nodiscard]] Result<void> found(const RoundRecord& record, const Image* image) override {
        return requests_.put(record.file, record.number, image->bytes);
    }
    [[nodiscard]] Result<void> missed(const RoundRecord& record, const Error& error) override {
        findings_.at(record.file).missed.push_back({record.id, error.reason()});
        return {};
    }

    [[nodiscard]] Result<std::vector<RepeatFindings>> finish(Result<void> rounded) {
        Result<void> done = std::move(rounded).and_then([this] { return requests_.finish(); });
        if (!done) {
            requests_.abandon();
            return failed(std::move(done).error());
        }
        for (RepeatFindings& findings : findings_) {
            std::ranges::sort(findings.different, {}, &RepeatFindings::Different::id);
            std::ranges::sort(findings.missed, {}, &RepeatFindings::Missed::id);
        }
        return judged();
    }

 private:
    void take(std::size_t gallery, std::size_t number, ExtractedFacen facen, bool was_served) {
        const DrawnRecord& drawn = sample_.at(gallery).drawn.at(number);
        RepeatFindings& findings = findings_.at(gallery);
        if (!facen && !was_served) {
            findings.missed.push_back({drawn.id, facen.error().reason()});
            return;
        }
        if (!facen) {
            findings.different.push_back(
                {drawn.id, std::nullopt,
                 fmt::format("extraction-api gives no facen for the image now: {}",
                             facen.error().detail())});
            return;
        }
        compare(drawn, as_written(*facen, sample_.at(gallery).encoding), findings);
    }

    void compare(const DrawnRecord& drawn, const Facen& facen, RepeatFindings& findings) const {
        if (facen == drawn.facen) {
            ++findings.same;
            findings.cosines.push_back(1);
            return;
        }
        const Result<double> norm =
            check_facen(facen, {.dimension = drawn.facen.size(), .norm_tolerance = kAnyNorm});
        if (!norm) {
            findings.different.push_back({drawn.id, std::nullopt, norm.error().detail()});
            return;
        }
        const double cosine = facen_cosine(drawn.facen, facen);
        findings.cosines.push_back(cosine);
        if (cosine_above_ < 1 && cosine > cosine_above_) {
            ++findings.near;
            return;
        }
        findings.different.push_back(
            {drawn.id, cosine,
             cosine_above_ < 1
                 ? fmt::format("extracted again, the image gives another facen (cosine {:.4f}, "
                               "above {} expected)",
                               cosine, cosine_above_)
                 : fmt::format("extracted again, the image gives another facen (cosine {:.7f}, "
                               "the same bits expected)",
                               cosine)});
    }

    /// A storage that is not the one, or not mounted, has lost all images and not one.
    [[nodiscard]] Result<std::vector<RepeatFindings>> judged() {
        std::uint64_t missed = 0;
        std::uint64_t compared = 0;
        Reason reason = Reason::image_missing;
        for (const RepeatFindings& findings : findings_) {
            missed += findings.missed.size();
            compared += findings.compared();
            reason = findings.missed.empty() ? reason : findings.missed.front().reason;
        }
        if (missed > compared && (compared == 0 || missed >= kFewestForPattern)) {
            return failed(
                Error(Reason::failure_pattern,
                      fmt::format("{} of the {} sampled images, which were all there when they "
                                  "were migrated, cannot be had now ({})",
                                  missed, missed + compared, reason_name(reason)))
                    .hint("give the storage that migrate used"));
        }
        return std::move(findings_);
    }

    const std::vector<DrawnGallery>& sample_;
    double cosine_above_;
    std::vector<RepeatFindings> findings_;
    RepeatRequests requests_;
};

}  // namespace

Result<std::vector<RepeatFindings>> repeat_extraction(const Settings& settings,
                                                      const std::vector<DrawnGallery>& sample,
                                                      double cosine_above,
                                                      const RoundServices& services,
                                                      Extractor& extractor) {
    Repetition repetition(settings, sample, cosine_above, services, extractor);
    SampleSource source(sample);
    RoundOptions options;
    options.aim = RoundAim::bytes;
    options.phase = "extracting a sample again";
    return repetition.finish(image_round(settings, source, options, services, repetition));
}

}  // namespace ffdump
