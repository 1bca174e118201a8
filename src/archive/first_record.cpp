// SPDX-License-Identifier: Apache-2.0
#include "first_record.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kFirstLook = std::size_t{256} << 10U;
constexpr std::size_t kGrowth = 8;
/// A place that is tried costs as much as the reader looks at before it says no.
constexpr std::size_t kMostPasses = 64;
constexpr std::size_t kCostOfOne = std::size_t{16} << 10U;
/// Begins no value of msgpack, so that a reader looks for a valid record behind it.
constexpr std::string_view kNoValue("\xC1");

/// Where an object of an array or a stream may begin: at the very front, or behind what can stand
/// before an element. Values of members follow a colon.
bool may_begin_record(std::string_view before) {
    const std::size_t last = before.find_last_not_of(" \t\r\n");
    return last == std::string_view::npos ||
           std::string_view(",}[").find(before[last]) != std::string_view::npos;
}

bool is_torn_end(const RecordBlock& block, std::size_t i) {
    return i + 1 == block.size() && block.last && block.error_of(i).reason() == Reason::record_torn;
}

bool is_valid_from(const RecordBlock& block, std::size_t first) {
    for (std::size_t i = first; i < block.size(); ++i) {
        if (block.is_bad(i) && !is_torn_end(block, i)) {
            return false;
        }
    }
    return true;
}

class FirstRecord {
 public:
    FirstRecord(ByteSource& run, const Profile& profile, const ReadLimits& limits)
        : run_(run),
          profile_(profile),
          limits_(limits),
          is_msgpack_(notation_of(profile.container) == Notation::msgpack) {
        limits_.block_bytes = kCostOfOne;
        if (is_array(profile.container)) {
            lead_ = ",";  // as any record has that is not the first
        }
    }

    Result<std::unique_ptr<ByteSource>> find() {
        for (std::size_t look = kFirstLook;; look *= kGrowth) {
            Result<std::string> more = read_up_to(run_, look - begin_.size());
            if (!more) {
                return failed(std::move(more.error()));
            }
            begin_ += *more;
            if (const std::optional<std::size_t> at =
                    is_msgpack_ ? msgpack_place() : json_place()) {
                return make_joined_source(lead_ + begin_.substr(*at), run_);
            }
            if (begin_.size() < look || begin_.size() / 2 > limits_.record_bytes) {
                return std::unique_ptr<ByteSource>();
            }
        }
    }

 private:
    static bool is_array(Container container) {
        return container == Container::json_array || container == Container::json_object;
    }

    [[nodiscard]] std::optional<std::size_t> json_place() {
        const std::string_view bytes = begin_;
        std::size_t budget = kMostPasses * (bytes.size() + kCostOfOne);
        for (std::size_t open = bytes.find('{'); open != std::string_view::npos;
             open = bytes.find('{', open + 1)) {
            if (!may_begin_record(bytes.substr(0, open))) {
                continue;
            }
            const Trial trial = try_reading(lead_, bytes.substr(open), 0);
            if (trial.is_valid) {
                return open;
            }
            const std::size_t cost = kCostOfOne + (kGrowth * trial.first_bytes);
            if (cost > budget) {
                return std::nullopt;
            }
            budget -= cost;
        }
        return std::nullopt;
    }

    /// Any byte may begin a record: the reader's own search proposes places.
    [[nodiscard]] std::optional<std::size_t> msgpack_place() {
        constexpr int kMostTries = 64;
        std::string_view bytes = begin_;
        for (int i = 0; i < kMostTries; ++i) {
            const Trial trial = try_reading(kNoValue, bytes, 1);
            const std::size_t place = trial.first_bytes - kNoValue.size();
            if (trial.is_valid) {
                return begin_.size() - bytes.size() + place;
            }
            if (place >= bytes.size()) {
                return std::nullopt;
            }
            bytes.remove_prefix(place + 1);
        }
        return std::nullopt;
    }

    struct Trial {
        bool is_valid = false;
        std::size_t first_bytes = 0;  ///< of the first record, be it a bad one
    };

    /// Two blocks of what begins so, of which `passed_over` bad records at the beginning are no
    /// matter: behind a true beginning everything is valid up to where the bytes end, perhaps in a
    /// record; not so behind an object in a record that could be one itself.
    Trial try_reading(std::string_view lead, std::string_view bytes, std::size_t passed_over) {
        const std::unique_ptr<ByteSource> rest = make_memory_source(bytes);
        const std::unique_ptr<ByteSource> source = make_joined_source(std::string(lead), *rest);
        RecordReader reader(*source, profile_, "archive", limits_, kBehindGap);
        Trial trial{false, lead.size() + bytes.size()};
        if (!reader.next(block_).value_or(false) || block_.size() == 0) {
            return trial;
        }
        trial.first_bytes = block_.spans[0].record.size;
        trial.is_valid = block_.size() > passed_over && !block_.is_bad(passed_over) &&
                         is_valid_from(block_, passed_over);
        if (trial.is_valid && !block_.last) {
            trial.is_valid = reader.next(block_).value_or(false) && is_valid_from(block_, 0);
        }
        return trial;
    }

    ByteSource& run_;
    const Profile& profile_;
    ReadLimits limits_;
    bool is_msgpack_;
    std::string lead_;
    std::string begin_;
    RecordBlock block_;
};

}  // namespace

Result<std::unique_ptr<ByteSource>> from_first_record(ByteSource& run, const Profile& profile,
                                                      const ReadLimits& limits) {
    if (profile.container == Container::json_lines) {
        return make_joined_source("", run);  // half a line is a bad record of its own
    }
    return FirstRecord(run, profile, limits).find();
}

}  // namespace ffdump
