// SPDX-License-Identifier: Apache-2.0
#include "simulator_options.hpp"

#include "ffdump/base/version.hpp"

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include <algorithm>
#include <cctype>
#include <cmath>
#include <limits>

namespace ffdump {

namespace {

constexpr std::string_view kAbout =
    "ffdump-extraction-sim: a TEST DOUBLE of findface-extraction-api for ffdump's tests and demo.\n"
    "It recognises nobody: a facen is computed from the image's pixels and the model's name.\n"
    "It listens on 127.0.0.1 only and answers POST (v1, or v2 where the path holds /v2), and with\n"
    "--images also GET and HEAD of /uploads/PATH. It is strict: what the documented protocol does\n"
    "not have is refused. Rules of the double: a uniform image has no face, one at least twice as\n"
    "wide as high has two, any other PNG or JPEG has one.";

constexpr std::string_view kFaultHelp = R"(
--fault KIND[:ARG][@FROM[-TO]][%PERCENT], repeatable; the first one that meets a request counts.
  @FROM-TO   requests counted from 1 in order of arrival: extraction POSTs, or image GETs for kinds
             that begin with image-; @FROM alone means from there on, @5-5 the fifth only
  %PERCENT   by chance, from --seed: the same numbers in each run
  a URL as ARG that itself ends like @1 or %20 must be followed by @1%100
kinds for both (put image- before them for images):
  400 401 403 404 405 408 413 415 422 429[:RETRY_AFTER] 500 501 502 503[:RETRY_AFTER] 504
  reset (TCP reset in place of an answer)   close (orderly end in place of an answer)   hang
  reset-body (reset after half of the body)   truncated (half of the body, then the end)
  empty (200 without a body)
kinds for extraction only:
  slow-body[:MS a byte]   malformed-json   missing-response   extra-response
  swap (first and last answer)   rotate (each answer is the one before it, the first the last)
  same (all answers are the first)
  model:NAME (another model, same dimension; beside any other fault)
kinds for single facens, ARG = all (default), an index from 0, or sha256=HEX of the image:
  nan   zero-vector   wrong-dimension   bad-norm   no-face   two-faces   not-base64
kinds for images only:
  image-slow[:MS a byte]   image-html (200 with a page)   image-redirect:URL
--log FILE takes one JSON line a request, written when the answer is decided and before its first
byte is sent: whoever has an answer finds its line.
)";

/// Microseconds of "--delay-ms 2.5".
std::chrono::microseconds from_ms(double ms) {
    return std::chrono::microseconds{std::llround(ms * 1000.0)};
}

/// What CLI11 fills before it is checked.
struct RawOptions {
    double delay_ms = 0.0;
    double delay_per_image_ms = 0.0;
    std::vector<std::string> faults;
    std::string v2_nesting = "objects";
    std::string saturation = "hard";
};

void declare_service(CLI::App& app, SimulatorOptions& options, RawOptions& raw) {
    constexpr double kMaxDelayMs = 3.6e6;
    app.add_option("--port", options.port, "Port on 127.0.0.1; 0 = any free one")
        ->capture_default_str();
    app.add_option("--port-file", options.port_file, "Write the port there, atomically");
    app.add_flag("--exit-with-parent", options.exit_with_parent,
                 "End when the thread that started this process ends");
    app.add_option("--model", options.model, "Name of the model")->capture_default_str();
    app.add_option("--dimension", options.dimension, "Floats in a facen")
        ->check(CLI::Range(1, 16384))
        ->capture_default_str();
    app.add_option("--response-key", options.response_key,
                   "Key of the answers: responses as in every example, response as in the prose")
        ->check(CLI::IsMember({"responses", "response"}))
        ->capture_default_str();
    app.add_option("--v2-nesting", raw.v2_nesting,
                   "Where v2 puts the embedding: objects.TYPE[0].NAME.result or, with "
                   "'attributes', objects.TYPE[0].attributes.NAME.result")
        ->check(CLI::IsMember({"objects", "attributes"}))
        ->capture_default_str();
    app.add_option("--slots", options.slots, "Requests worked on at a time; 0 = no limit")
        ->check(CLI::Range(0, 100000))
        ->capture_default_str();
    app.add_option("--saturation", raw.saturation,
                   "What more requests than slots do: wait (hard), or slow all down (soft)")
        ->check(CLI::IsMember({"hard", "soft"}))
        ->capture_default_str();
    app.add_option("--delay-ms", raw.delay_ms, "Work of a request")
        ->check(CLI::Range(0.0, kMaxDelayMs));
    app.add_option("--delay-per-image-ms", raw.delay_per_image_ms, "More work for each image")
        ->check(CLI::Range(0.0, kMaxDelayMs));
    app.add_option("--max-body-bytes", options.max_body_bytes, "Larger requests get 413")
        ->capture_default_str();
    app.add_option("--images", options.images, "Serve /uploads/PATH from this folder")
        ->check(CLI::ExistingDirectory);
    app.add_option("--log", options.log, "Append one JSON line a request");
}

void declare_faults(CLI::App& app, SimulatorOptions& options, RawOptions& raw) {
    app.add_option("--seed", options.seed, "Of the faults that come by chance")
        ->capture_default_str();
    app.add_option("--fault", raw.faults, "See below")->allow_extra_args(false);
    app.add_option("--poison-sha256", options.poison_sha256,
                   "A batch with the image of this SHA-256 is refused; repeatable")
        ->allow_extra_args(false);
    app.add_option("--poison-status", options.poison_status, "With this status")
        ->check(CLI::Range(400, 599))
        ->capture_default_str();
    app.add_option("--reject-over-images", options.reject_over_images,
                   "A batch of more images gets 413; 0 = never");
}

/// The sentence of the first mistake that CLI11 cannot see; empty = none. Fills the rest.
std::string check(SimulatorOptions& options, const RawOptions& raw) {
    options.delay = from_ms(raw.delay_ms);
    options.delay_per_image = from_ms(raw.delay_per_image_ms);
    options.saturates_softly = raw.saturation == "soft";
    options.v2_nested_attributes = raw.v2_nesting == "attributes";
    for (const std::string& spec : raw.faults) {
        auto rule = parse_fault(spec);
        if (!rule) {
            return rule.error();
        }
        options.faults.push_back(std::move(*rule));
    }
    for (std::string& digest : options.poison_sha256) {
        const bool hex = std::ranges::all_of(
            digest, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
        if (digest.size() != 64 || !hex) {
            return fmt::format("--poison-sha256 {}: 64 hex digits are wanted", digest);
        }
        std::ranges::transform(digest, digest.begin(), [](char c) {
            return static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
        });
    }
    return {};
}

}  // namespace

ParsedOptions parse_options(const std::vector<std::string>& arguments) {
    ParsedOptions parsed;
    RawOptions raw;
    CLI::App app{std::string(kAbout), "ffdump-extraction-sim"};
    app.footer(std::string(kFaultHelp));
    app.set_version_flag("--version",
                         fmt::format("ffdump-extraction-sim (test double) {}", version_text()));
    declare_service(app, parsed.options, raw);
    declare_faults(app, parsed.options, raw);
    try {
        // CLI11 takes the arguments from the back.
        app.parse(std::vector<std::string>(arguments.rbegin(), arguments.rend()));
    } catch (const CLI::CallForHelp&) {
        return {{}, 0, app.help()};
    } catch (const CLI::CallForVersion&) {
        return {{}, 0, app.version() + "\n"};
    } catch (const CLI::ParseError& error) {
        return {{}, 2, fmt::format("ffdump-extraction-sim: {}\n", error.what())};
    }
    if (const std::string mistake = check(parsed.options, raw); !mistake.empty()) {
        return {{}, 2, fmt::format("ffdump-extraction-sim: {}\n", mistake)};
    }
    return parsed;
}

}  // namespace ffdump
