// SPDX-License-Identifier: Apache-2.0
#include "plan_probe.hpp"

#include "ffdump/base/mailbox.hpp"
#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <chrono>
#include <map>
#include <memory>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostExamples = 10;

std::string words_of(const MigrationPlan& plan, const RoundRecord& record, const Error& error) {
    return fmt::format("{}, record {}: {} ({})", printable(plan.files.at(record.file).file.gallery),
                       record.id.value, reason_name(error.reason()), printable(error.detail()));
}

class ProbeTaker final : public RoundTaker {
 public:
    ProbeTaker(const MigrationPlan& plan, ProbeFindings& findings)
        : plan_(plan), findings_(findings) {}

    [[nodiscard]] bool wants(const RoundRecord&) override { return true; }
    [[nodiscard]] Result<void> found(const RoundRecord& record, const Image* image) override {
        ++findings_.images;
        findings_.image_bytes += image->bytes->size();
        images[record.file].push_back(image->bytes);
        return {};
    }
    [[nodiscard]] Result<void> missed(const RoundRecord& record, const Error& error) override {
        ++findings_.missing;
        if (findings_.troubles.size() < kMostExamples) {
            findings_.troubles.push_back(words_of(plan_, record, error));
        }
        return {};
    }

    std::map<std::size_t, std::vector<SharedBytes>> images;  ///< by file of the plan

 private:
    const MigrationPlan& plan_;
    ProbeFindings& findings_;
};

class PresenceTaker final : public RoundTaker {
 public:
    explicit PresenceTaker(const MigrationPlan& plan) : plan_(plan) {}

    [[nodiscard]] bool wants(const RoundRecord&) override { return true; }
    [[nodiscard]] Result<void> found(const RoundRecord&, const Image*) override {
        ++findings.checked;
        ++findings.there;
        return {};
    }
    [[nodiscard]] Result<void> missed(const RoundRecord& record, const Error& error) override {
        ++findings.checked;
        ++findings.missing[record.file][std::string(reason_name(error.reason()))];
        if (findings.examples.size() < kMostExamples) {
            findings.examples.push_back(words_of(plan_, record, error));
        }
        return {};
    }

    PresenceFindings findings;

 private:
    const MigrationPlan& plan_;
};

using BatchAnswer = Result<std::vector<ExtractedFacen>>;

Result<std::vector<ExtractedFacen>> extract(Extractor& extractor, const ExtractionTarget& target,
                                            std::vector<SharedBytes> images,
                                            const RoundServices& services) {
    const auto mailbox = std::make_shared<Mailbox<BatchAnswer>>();
    extractor.extract(target, std::move(images),
                      [mailbox](BatchAnswer answer) { mailbox->post(std::move(answer)); });
    std::vector<BatchAnswer> answers;
    bool is_cancelled = false;
    while (!mailbox->take_all(answers, std::chrono::milliseconds(100))) {
        if (services.stop_signal.load() != 0 && !std::exchange(is_cancelled, true)) {
            services.cancel();
        }
    }
    return std::move(answers.front());
}

Result<void> probe_gallery(const MigrationPlan& plan, std::size_t file,
                           std::vector<SharedBytes> images, const RoundServices& services,
                           std::pair<Extractor&, ProbeFindings&> with) {
    auto& [extractor, findings] = with;
    const Clock::Instant began = services.clock.now();
    const BatchAnswer answer =
        extract(extractor, plan.files[file].target, std::move(images), services);
    if (!answer) {
        return failed(Error(answer.error()).while_doing("probing extraction-api"));
    }
    findings.extraction += services.clock.now() - began;
    ++findings.requests;
    for (const ExtractedFacen& facen : *answer) {
        if (facen) {
            ++findings.facens;
            findings.dimensions[file] = facen->size();
        } else if (findings.troubles.size() < kMostExamples) {
            findings.troubles.push_back(fmt::format(
                "{}: {} ({})", printable(plan.files[file].file.gallery),
                reason_name(facen.error().reason()), printable(facen.error().detail())));
        }
    }
    return {};
}

std::uint64_t images_of(const MigrationPlan& plan) {
    std::uint64_t images = 0;
    for (const FilePlan& file : plan.files) {
        images += file.action == GalleryAction::migrate ? file.survey.with_image : 0;
    }
    return images;
}

/// Waits until the storage has chosen its way, which may take it many requests; in words.
std::string prepare_checks(const RoundServices& services, std::uint64_t images) {
    const auto mailbox = std::make_shared<Mailbox<std::string>>();
    services.images.prepare_checks(
        images, [mailbox](std::string words) { mailbox->post(std::move(words)); });
    Progress progress;
    progress.phase = "listing the storage";
    std::vector<std::string> words;
    bool is_cancelled = false;
    while (!mailbox->take_all(words, std::chrono::milliseconds(100))) {
        services.observer.progress(progress);
        if (services.stop_signal.load() != 0 && !std::exchange(is_cancelled, true)) {
            services.cancel();
        }
    }
    return std::move(words.front());
}

}  // namespace

Result<ProbeFindings> probe(const Settings& settings, const MigrationPlan& plan,
                            const RoundServices& services, Extractor& extractor) {
    ProbeFindings findings;
    ProbeTaker taker(plan, findings);
    RoundOptions options;
    options.aim = RoundAim::bytes;
    options.phase = "probing";
    options.most_of_a_gallery = images_of_a_request(settings);
    if (Result<void> asked = image_round(settings, plan, options, services, taker); !asked) {
        return failed(std::move(asked).error());
    }
    for (auto& [file, images] : taker.images) {
        if (Result<void> probed =
                probe_gallery(plan, file, std::move(images), services, {extractor, findings});
            !probed) {
            return failed(std::move(probed).error());
        }
    }
    return findings;
}

Result<PresenceFindings> check_presence_of_all(const Settings& settings, const MigrationPlan& plan,
                                               const RoundServices& services) {
    PresenceTaker taker(plan);
    taker.findings.way = prepare_checks(services, images_of(plan));
    RoundOptions options;
    options.phase = "checking images";
    if (Result<void> asked = image_round(settings, plan, options, services, taker); !asked) {
        return failed(std::move(asked).error());
    }
    return std::move(taker.findings);
}

}  // namespace ffdump
