// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "dump_cursor.hpp"

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/record/record_sums.hpp"

#include <functional>
#include <string>

namespace ffdump {

/// What is added up of one record, or of many.
struct RecordElements {
    RecordSums sums;
    Sum128 models;  ///< of (gallery, id, facen_model); of its absence as well

    RecordElements& operator+=(const RecordElements& other) noexcept {
        sums += other.sums;
        models += other.models;
        return *this;
    }
    friend bool operator==(const RecordElements&, const RecordElements&) = default;
};

/// Makes the elements of records of one file. One thread.
class ElementMaker {
 public:
    explicit ElementMaker(const DumpFile& file)
        : digester_(file.gallery), encoding_(file.profile.facen_encoding) {}

    /// A facen that cannot be decoded counts as its text.
    [[nodiscard]] RecordElements of(const RecordView& record);

 private:
    RecordDigester digester_;
    FacenEncoding encoding_;
};

/// Called for each record of a file, bad ones too, with the bytes of the file that were read.
using RecordVisit = std::function<Result<void>(const RecordView& record, std::uint64_t bytes)>;

/// Reads one file from end to end. Fails as the file system does, or as `visit` does.
[[nodiscard]] Result<void> visit_records(FileSystem& files, const DumpFile& file,
                                         const ReadLimits& limits, const RecordVisit& visit);

}  // namespace ffdump
