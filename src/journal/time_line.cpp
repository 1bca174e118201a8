// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/time_line.hpp"

#include "json_fields.hpp"
#include "strict_json.hpp"

#include "ffdump/io/sha256.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <numeric>
#include <utility>

namespace ffdump {
namespace {

constexpr std::uint64_t kVersion = 1;
constexpr std::size_t kMostBytes = 64U << 10U;
constexpr std::size_t kMostDepth = 6;
constexpr std::size_t kRunIdDigits = 32;
constexpr std::size_t kDigestLine = 65;  ///< SHA-256 in hex, line end
constexpr std::size_t kLongestTime = 40;
/// Of one step: as many steps of it are still a number that JSON keeps.
constexpr std::uint64_t kMostRecords = 1ULL << 44U;

Error damaged(std::string what) {
    return {Reason::journal_damaged, "the time line: " + std::move(what)};
}

TimeLine::Step sum(const TimeLine::Step& a, const TimeLine::Step& b) {
    return {a.records + b.records, a.failed + b.failed};
}

bool is_count(const nlohmann::json& value) {
    return value.is_number_unsigned() && value.get<std::uint64_t>() <= kMostRecords;
}

/// [records, failed]
bool is_step(const nlohmann::json& value) {
    constexpr std::size_t kNumbers = 2;
    return value.is_array() && value.size() == kNumbers && is_count(value[0]) &&
           is_count(value[1]) && value[1] <= value[0];
}

void take_steps(JsonFields& fields, std::vector<TimeLine::Step>& out) {
    const nlohmann::json* const steps = fields.take_any("steps");
    if (steps == nullptr || !steps->is_array() || !std::ranges::all_of(*steps, &is_step)) {
        fields.complain("steps", "is no list of records and failed ones");
        return;
    }
    for (const nlohmann::json& step : *steps) {
        out.push_back({step[0].get<std::uint64_t>(), step[1].get<std::uint64_t>()});
    }
}

void take_stretch(JsonFields& fields, TimeLine::Stretch& out) {
    fields.take("run_id", out.run_id).take("started", out.started);
    if (!is_hex(out.run_id, kRunIdDigits)) {
        fields.complain("run_id", "is no run's id");
    }
    if (!is_utc(out.started) || out.started.size() > kLongestTime) {
        fields.complain("started", "is not a UTC time");
    }
    take_steps(fields, out.steps);
}

Result<TimeLine> read(const nlohmann::json& document) {
    TimeLine line;
    std::uint64_t version = 0;
    std::uint64_t step = 0;
    JsonFields fields(document, "");
    fields.take("ffdump_timeline", version).take("step_ms", step);
    fields.take_list("stretches", [&line](JsonFields& stretch) {
        take_stretch(stretch, line.stretches.emplace_back());
    });
    line.step = std::chrono::milliseconds(step);
    if (version != kVersion) {
        fields.complain("ffdump_timeline", "is a version that this ffdump does not know");
    }
    if (line.step < TimeLine::kShortestStep || line.step > TimeLine::kLongestStep) {
        fields.complain("step_ms", "is out of bounds");
    }
    std::size_t steps = 0;
    for (const TimeLine::Stretch& stretch : line.stretches) {
        steps += stretch.steps.size();
    }
    if (line.stretches.size() > TimeLine::kMostStretches || steps > TimeLine::kMostSteps) {
        fields.complain("stretches", "are too many");
    }
    const std::string& problem = fields.finish();
    return problem.empty() ? Result<TimeLine>(std::move(line)) : failed(damaged(problem));
}

}  // namespace

void TimeLine::begin(std::string run_id, std::string started) {
    if (stretches.size() == kMostStretches) {
        std::ranges::move(stretches[1].steps, std::back_inserter(stretches[0].steps));
        stretches.erase(stretches.begin() + 1);
    }
    stretches.push_back({std::move(run_id), std::move(started), {}});
}

void TimeLine::add(std::chrono::milliseconds since, const Step& done) {
    std::vector<Step>& last = stretches.back().steps;
    const auto place = [&] { return static_cast<std::size_t>(std::max(since, step * 0) / step); };
    const auto room = [&] { return kMostSteps - (steps() - last.size()); };
    while (step * 2 <= kLongestStep && place() >= std::max(last.size(), room())) {
        halve();
    }
    const std::size_t at = std::min(place(), std::max(last.size(), room()) - 1);
    last.resize(std::max(last.size(), at + 1));
    last[at] = sum(last[at], done);
}

std::size_t TimeLine::steps() const noexcept {
    return std::transform_reduce(stretches.begin(), stretches.end(), std::size_t{0}, std::plus<>(),
                                 [](const Stretch& stretch) { return stretch.steps.size(); });
}

void TimeLine::halve() {
    step *= 2;
    for (Stretch& stretch : stretches) {
        std::vector<Step> halved((stretch.steps.size() + 1) / 2);
        for (std::size_t i = 0; i < stretch.steps.size(); ++i) {
            halved[i / 2] = sum(halved[i / 2], stretch.steps[i]);
        }
        stretch.steps = std::move(halved);
    }
}

std::string time_line_text(const TimeLine& line) {
    nlohmann::ordered_json document;
    document["ffdump_timeline"] = kVersion;
    document["step_ms"] = line.step.count();
    document["stretches"] = nlohmann::ordered_json::array();
    for (const TimeLine::Stretch& stretch : line.stretches) {
        nlohmann::ordered_json steps = nlohmann::ordered_json::array();
        for (const TimeLine::Step& step : stretch.steps) {
            steps.push_back({step.records, step.failed});
        }
        document["stretches"].push_back(
            {{"run_id", stretch.run_id}, {"started", stretch.started}, {"steps", steps}});
    }
    const std::string text = json_line(document) + "\n";
    return text + sha256_hex(text) + "\n";
}

Result<TimeLine> parse_time_line(std::string_view text) {
    if (text.size() < kDigestLine || text.size() > kMostBytes) {
        return failed(damaged("it has not the length of one"));
    }
    const std::string_view line = text.substr(0, text.size() - kDigestLine);
    if (text.substr(line.size()) != sha256_hex(line) + "\n") {
        return failed(damaged("it does not match its own checksum"));
    }
    const auto document = parse_strict_json(line, kMostDepth);
    return document ? read(*document) : failed(damaged(document.error().text));
}

Result<void> save_time_line(FileSystem& files, const std::string& path, const TimeLine& line) {
    const std::string temporary = temporary_of(path);
    Result<void> saved =
        files.create(temporary)
            .and_then([&](const std::unique_ptr<File>& file) {
                return file->write(time_line_text(line)).and_then([&] { return file->close(); });
            })
            .and_then([&] { return files.rename(temporary, path); });
    if (!saved) {
        // What is wrong is told by the first error; the next run takes what is left away.
        static_cast<void>(files.remove(temporary));
    }
    return saved;
}

Result<TimeLine> load_time_line(FileSystem& files, const std::string& path) {
    return files.open_read(path)
        .and_then(
            [](const std::unique_ptr<File>& file) { return read_small_file(*file, kMostBytes); })
        .and_then([](const std::string& text) { return parse_time_line(text); })
        .map_error([&path](Error error) { return std::move(error).at_file(path); });
}

}  // namespace ffdump
