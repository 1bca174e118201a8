// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/record/record_id.hpp"
#include "ffdump/verify/verification.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

/// What was found so far: everything is counted, of each kind the first ones are kept whole. A
/// destroyed dump has as many findings as records; their texts must cost nothing then.
class Findings {
 public:
    explicit Findings(std::size_t most_of_a_kind) : most_(most_of_a_kind) {}

    /// `make` returns the Finding; it is only called while more of its kind are wanted.
    template <class Make>
    void add(Reason reason, Make make) {
        if (counts_[reason]++ < most_) {
            named_.push_back(make());
        }
    }
    void add(Reason reason, Place place, std::string text) {
        add(reason, [&] { return finding(reason, std::move(place), std::move(text)); });
    }
    /// More of a kind, known by number only.
    void add_unnamed(Reason reason, std::uint64_t count) {
        if (count != 0) {
            counts_[reason] += count;
        }
    }

    /// With the table's cure, or this room's where the table speaks to somebody who migrates.
    [[nodiscard]] static Finding finding(Reason reason, Place place, std::string text);

    [[nodiscard]] std::uint64_t total() const noexcept;
    [[nodiscard]] std::uint64_t count(Reason reason) const noexcept;
    [[nodiscard]] const std::map<Reason, std::uint64_t>& counts() const noexcept { return counts_; }
    [[nodiscard]] std::vector<Finding> take() { return std::move(named_); }

 private:
    std::size_t most_;
    std::map<Reason, std::uint64_t> counts_;
    std::vector<Finding> named_;
};

/// A place in a file: as a whole, of a record in it, at a byte.
[[nodiscard]] Place in_file(std::string file, std::optional<RecordId> id = std::nullopt);
[[nodiscard]] Place at_byte(std::string file, std::uint64_t offset,
                            std::optional<RecordId> id = std::nullopt);

/// What a kind of finding says about the dumps: "the new dump lacks a record of the source".
[[nodiscard]] std::string words_of(Reason reason);

}  // namespace ffdump
