// SPDX-License-Identifier: Apache-2.0
#include "redone_results.hpp"

#include <algorithm>
#include <map>
#include <utility>

namespace ffdump {
namespace {

/// So many of the newest, in which a change of the model shows that was there at the end, and so
/// many of the rest, in which one shows that came and went, or a mixture.
constexpr std::size_t kNewest = 8;
constexpr std::size_t kOfTheRest = 8;

/// Indices into `count` results in the order of arrival.
std::vector<std::size_t> chosen_of(std::size_t count) {
    std::vector<std::size_t> chosen;
    const std::size_t rest = count - std::min(count, kNewest);
    const std::size_t spread = std::min(rest, kOfTheRest);
    for (std::size_t i = 0; i < spread; ++i) {
        chosen.push_back(i * rest / spread);
    }
    for (std::size_t i = rest; i < count; ++i) {
        chosen.push_back(i);
    }
    return chosen;
}

}  // namespace

RedoneResults::RedoneResults(FileSystem& files, std::string folder, std::string run_id)
    : files_(files),
      folder_(std::move(folder)),
      run_id_(std::move(run_id)),
      reader_(files, folder_, run_id_) {}

Result<std::vector<RedoLog::Segment>> RedoneResults::load(
    const std::vector<std::uint64_t>& ordinals) {
    Result<std::vector<RedoLog::Segment>> segments =
        load_redo(files_, folder_, run_id_, [&](const RedoEntry& entry, const RedoWhere& where) {
            if (entry.place.file < ordinals.size()) {
                arrived_.push_back({entry.place, where});
            }
        });
    std::ranges::copy_if(arrived_, std::back_inserter(usable_), [&](const Item& item) {
        return item.place.ordinal >= ordinals[item.place.file];
    });
    // The latest of each place comes first, and unique() keeps that one.
    std::ranges::reverse(usable_);
    std::ranges::stable_sort(usable_, {}, &Item::place);
    const auto others = std::ranges::unique(usable_, {}, &Item::place);
    usable_.erase(others.begin(), others.end());
    return segments;
}

Result<std::optional<Facen>> RedoneResults::take(const RecordPlace& place) {
    const auto found = std::ranges::lower_bound(usable_, place, {}, &Item::place);
    if (found == usable_.end() || found->place != place || found->where.bytes == 0) {
        return std::optional<Facen>();
    }
    const RedoWhere where = std::exchange(found->where, {});
    return reader_.read(where).map(
        [](RedoEntry entry) { return std::optional(std::move(entry.facen)); });
}

Result<std::vector<RedoEntry>> RedoneResults::samples(
    const std::function<std::size_t(std::uint32_t)>& lane_of) {
    std::map<std::size_t, std::vector<RedoWhere>> lanes;
    for (const Item& item : std::exchange(arrived_, {})) {
        lanes[lane_of(item.place.file)].push_back(item.where);
    }
    std::vector<RedoEntry> samples;
    for (const auto& [lane, results] : lanes) {
        for (const std::size_t i : chosen_of(results.size())) {
            Result<RedoEntry> entry = reader_.read(results[i]);
            if (!entry) {
                return failed(std::move(entry.error()));
            }
            samples.push_back(std::move(*entry));
        }
    }
    return samples;
}

}  // namespace ffdump
