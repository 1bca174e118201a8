// SPDX-License-Identifier: Apache-2.0
#include "sample_options.hpp"

#include "open_storage.hpp"
#include "progress_display.hpp"

#include "ffdump/base/random.hpp"
#include "ffdump/migrate/repeat_extraction.hpp"

#include <charconv>
#include <memory>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

/// 1 stands for the same bits; nothing for what is no tolerance.
std::optional<double> cosine_of(const std::string& text) {
    if (text == "exact") {
        return 1;
    }
    double cosine = 0;
    const char* const end = text.data() + text.size();
    const auto [stop, error] = std::from_chars(text.data(), end, cosine);
    const bool is_usable = error == std::errc{} && stop == end && cosine > 0 && cosine < 1;
    return is_usable ? std::optional<double>(cosine) : std::nullopt;
}

SampledGallery joined(const DrawnGallery& drawn, RepeatFindings findings) {
    SampledGallery gallery;
    gallery.gallery = drawn.gallery;
    gallery.path = drawn.path;
    gallery.records = drawn.records;
    gallery.drawn = drawn.drawn.size();
    gallery.same = findings.same;
    gallery.near = findings.near;
    gallery.cosines = std::move(findings.cosines);
    for (RepeatFindings::Different& different : findings.different) {
        gallery.different.push_back({different.id, std::move(different.why)});
    }
    for (const RepeatFindings::Missed& missed : findings.missed) {
        gallery.missed.emplace_back(missed.id, reason_name(missed.reason));
    }
    return gallery;
}

Result<std::vector<RepeatFindings>> extract_again(const SampleScene& scene,
                                                  const Settings& settings,
                                                  const std::vector<DrawnGallery>& sample,
                                                  double cosine_above) {
    const std::unique_ptr<HttpTransport> transport = make_transport(settings);
    Result<std::unique_ptr<ImageStore>> images =
        open_storage(scene.context, settings, *transport, scene.observer);
    if (!images) {
        return failed(std::move(images).error());
    }
    const std::unique_ptr<Extractor> extractor = make_http_extractor(settings, *transport);
    return repeat_extraction(
        settings, sample, cosine_above,
        round_services(scene.context, **images, *transport, scene.log, scene.observer), *extractor);
}

}  // namespace

void SeedOptions::declare(CLI::App& app) {
    app.add_option("--seed", given, "Draws the same sample again; by chance unless given")
        ->type_name("N");
}

std::uint64_t SeedOptions::seed() const {
    return given ? *given : Random::from_system().bits();
}

void SampleOptions::declare(CLI::App& app) {
    app.add_option("--sample", size_,
                   "Records of each gallery whose images are fetched and extracted again: a number "
                   "or a share; needs --config")
        ->type_name("N|P%");
    seed_.declare(app);
    app.add_option("--tolerance", tolerance_,
                   "A sampled facen is good with a cosine above this to the one in the dump; "
                   "exact = the same bits")
        ->type_name("COSINE")
        ->capture_default_str();
    config_.declare(app);
    app.get_option("--config")->required(false);
}

Result<void> SampleOptions::check() const {
    if (!is_wanted()) {
        return {};
    }
    if (!DrawSize::parse(size_)) {
        return failed(Error(Reason::usage_error, "--sample is neither a number nor a share")
                          .hint("write it as 1000 or as 0.5%"));
    }
    if (!cosine_of(tolerance_)) {
        return failed(Error(Reason::usage_error, "--tolerance is no cosine between 0 and 1")
                          .hint("write it as 0.9999, or exact"));
    }
    if (config_.file.empty()) {
        return failed(Error(Reason::usage_error, "--sample needs --config")
                          .hint("give the migration.ini of the migration: it names the storage of "
                                "the images and extraction-api"));
    }
    return {};
}

tl::expected<void, std::vector<Error>> SampleOptions::run(const SampleScene& scene,
                                                          const VerifyOptions& verified,
                                                          VerifyReport& report) const {
    const auto settings = config_.load(scene.context.files, scene.format);
    if (!settings) {
        return tl::unexpected(settings.error());
    }
    tell_notices(scene.log, *settings);
    const SampleDraw draw{
        .to = verified.to,
        .profiles = verified.profiles,
        .limits = verified.limits,
        .size = DrawSize::parse(size_).value_or(DrawSize{}),
        .seed = seed_.seed(),
        .progress = progress_of(scene.observer, "drawing a sample", scene.context.stop_signal)};
    const double cosine_above = cosine_of(tolerance_).value_or(1);
    SampleReport sample{draw.seed, cosine_above, {}};
    Result<std::vector<DrawnGallery>> drawn = draw_sample(scene.context.files, draw);
    if (!drawn) {
        return tl::unexpected(std::vector<Error>{std::move(drawn).error()});
    }
    Result<std::vector<RepeatFindings>> findings =
        extract_again(scene, *settings, *drawn, cosine_above);
    if (!findings) {
        return tl::unexpected(std::vector<Error>{std::move(findings).error()});
    }
    for (std::size_t i = 0; i < drawn->size(); ++i) {
        sample.galleries.push_back(joined((*drawn)[i], std::move((*findings)[i])));
    }
    report.take_sample(std::move(sample), verified.most_findings);
    return {};
}

}  // namespace ffdump
