// SPDX-License-Identifier: Apache-2.0
#include "own_section.hpp"

#include "extraction_section.hpp"
#include "gallery_section.hpp"
#include "url_rule.hpp"

#include <chrono>
#include <utility>

namespace ffdump {
namespace {

using std::chrono::milliseconds;

constexpr std::uint64_t kMebibyte = 1U << 20U;

void read_retry(SectionReader& section, RetrySettings& retry) {
    constexpr milliseconds kShortest(1);
    section.whole("attempts", retry.attempts, {1, 100});
    section.duration("base_delay", retry.base_delay, kShortest);
    section.duration("max_delay", retry.max_delay, kShortest);
    section.duration("max_retry_after", retry.max_retry_after);
    section.duration("probe_max", retry.probe_max, kShortest);
    section.duration("give_up_after", retry.give_up_after);
    section.fraction("share", retry.share, 1.0);
    section.whole("breaker_faults", retry.breaker_faults, {1, 1000});
    if (retry.max_delay < retry.base_delay) {
        section.mistake(section.find("max_delay") == nullptr ? "base_delay" : "max_delay",
                        "does not fit: max_delay is shorter than base_delay",
                        "make max_delay the longer one");
    }
}

void read_canaries(SectionReader& section, CanarySettings& canaries) {
    section.whole("images", canaries.images, {0, 64});
    section.whole("every_records", canaries.every_records, {1, 1000000000});
    section.duration("every", canaries.every, milliseconds(1));
    section.whole("sentinel_every", canaries.sentinel_every, {0, 1000000});
    section.whole("watched_batches", canaries.watched_batches, {0, 1000000000});
    section.fraction("cosine", canaries.cosine, 1.0);
}

void read_limits(SectionReader& section, LimitSettings& limits) {
    // A block holds one record and its offsets are 32 bits, hence 1 GiB; a smaller bound than
    // 64 KiB would refuse ordinary records. simdjson goes 1024 levels deep.
    section.bytes("record_bytes", limits.record_bytes, {64U << 10U, 1024 * kMebibyte});
    section.bytes("image_bytes", limits.image_bytes, {64U << 10U, 1024 * kMebibyte});
    section.whole("image_side_least", limits.image_side_least, {1, 65535});
    section.whole("image_side_most", limits.image_side_most, {16, 65535});
    if (limits.image_side_most < limits.image_side_least) {
        section.mistake("image_side_most", "is below image_side_least", "make it the larger one");
    }
    section.bytes("batch_bytes", limits.batch_bytes, {64U << 10U, 1024 * kMebibyte});
    section.bytes("window_bytes", limits.window_bytes, {kMebibyte, 65536 * kMebibyte});
    section.whole("depth", limits.depth, {4, 1000});
}

void read_adaptive(SectionReader& section, AdaptiveSettings& adaptive) {
    section.whole("workers_most", adaptive.workers_most, {1, 1024});
    section.whole("batch_most", adaptive.batch_most, {1, 512});
    section.whole("fetches_most", adaptive.fetches_most, {1, 4096});
}

std::vector<std::string> read_image_hosts(SectionReader& section) {
    std::vector<std::string> hosts =
        section.texts("image_hosts").value_or(std::vector<std::string>{});
    for (std::string& host : hosts) {
        if (const auto flaw = origin_flaw(host)) {
            section.mistake("image_hosts", "has an entry that " + flaw->text, flaw->hint);
        }
        if (host.ends_with('/')) {
            host.pop_back();
        }
    }
    return hosts;
}

}  // namespace

void read_timeouts(SectionReader& section, Timeouts& timeouts) {
    section.duration("connect", timeouts.connect);
    section.duration("response_header", timeouts.response_header);
    section.duration("overall", timeouts.overall);
    section.duration("idle_connection", timeouts.idle_connection);
}

void read_own(SectionReader& section, Settings& settings) {
    settings.model = read_model(section, "model");
    ExtractionKeys base;
    section.section("extraction", [&](SectionReader& extraction) {
        base = read_extraction(extraction);
        settings.extraction = resolved_target(base, extraction);
    });
    section.section("galleries", [&](SectionReader& galleries) {
        settings.galleries = read_galleries(galleries, base);
    });
    section.section("retry", [&](SectionReader& retry) { read_retry(retry, settings.retry); });
    section.section("canaries",
                    [&](SectionReader& canaries) { read_canaries(canaries, settings.canaries); });
    section.section("adaptive",
                    [&](SectionReader& adaptive) { read_adaptive(adaptive, settings.adaptive); });
    section.section("limits", [&](SectionReader& limits) { read_limits(limits, settings.limits); });
    section.section("storage_timeouts", [&](SectionReader& timeouts) {
        read_timeouts(timeouts, settings.storage_timeouts);
    });
    section.section(
        "tls", [&](SectionReader& tls) { settings.ca_file = tls.text("ca_file").value_or(""); });
    section.fraction("norm_tolerance", settings.norm_tolerance, 0.5);
    section.whole_or_auto("fetches", settings.fetches, {0, 4096});
    settings.image_hosts = read_image_hosts(section);
}

}  // namespace ffdump
