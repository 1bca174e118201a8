// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/convert/conversion.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/io/byte_source.hpp"

#include <cstdint>
#include <functional>
#include <map>
#include <string>

namespace ffdump {

/// How many records the new files will hold, for containers that say so in front of them. One
/// thread.
class RecordCounts {
 public:
    /// `options` must outlive it.
    explicit RecordCounts(const ConvertOptions& options) : options_(options) {}

    /// Whether records of such a file must be counted before it is converted.
    [[nodiscard]] bool is_needed_for(const Profile& source) const;
    /// Reads all of `bytes`; ends at a bad record, which the conversion will tell of. `go_on` is
    /// called after each block. Fails as RecordReader does, and with `interrupted`.
    [[nodiscard]] Result<void> add(const DumpFile& file, ByteSource& bytes,
                                   const std::function<bool()>& go_on);
    /// Of the new file with records of this gallery that is made of (or begun with) this source.
    [[nodiscard]] std::uint64_t of(const DumpFile& file, const std::string& gallery) const;

 private:
    const ConvertOptions& options_;
    std::map<std::string, std::uint64_t, std::less<>> counts_;  ///< by file, or by gallery if split
};

}  // namespace ffdump
