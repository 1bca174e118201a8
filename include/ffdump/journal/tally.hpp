// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/reason.hpp"
#include "ffdump/record/record_sums.hpp"

#include <cstddef>
#include <cstdint>
#include <map>
#include <string>

namespace ffdump {

/// What is known of one file's records so far. The law: source = target + failed + excluded, for
/// count, ids and rest (vec is kept for target only). For a dropped gallery everything stays 0.
struct Tally {
    RecordSums source;
    RecordSums target;
    RecordSums failed;
    RecordSums excluded;
    std::map<std::string, std::uint64_t> failed_by_reason;  ///< name of the reason -> records
    /// ImageStore::sources() of a chain of storages -> records whose image came from there.
    std::map<std::string, std::uint64_t> images_by_source;
    std::size_t old_dimension = 0;  ///< of the first readable old facen; 0 = none seen
    std::size_t new_dimension = 0;  ///< of every new facen of this gallery
    double norm_min = 0;            ///< of the new facens; 0 = none yet
    double norm_max = 0;
    std::string old_model;         ///< facen_model of the first record that has one, unescaped
    std::uint64_t with_model = 0;  ///< source records that carry facen_model
    friend bool operator==(const Tally&, const Tally&) = default;

    [[nodiscard]] bool law_holds() const noexcept;
};

}  // namespace ffdump
