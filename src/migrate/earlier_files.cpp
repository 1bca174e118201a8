// SPDX-License-Identifier: Apache-2.0
#include "earlier_files.hpp"

#include <cstddef>
#include <cstdint>
#include <string>

namespace ffdump {
namespace {

Result<void> check_file(FileSystem& files, const std::string& path, std::uint64_t bytes,
                        const std::string& sha256, const IsStopped& is_stopped) {
    std::vector<WrittenRegion> whole;
    if (bytes != 0) {
        whole.push_back({0, bytes, ""});
    }
    return read_back(files, path, whole, is_stopped)
        .and_then([&](const SealedFile& there) -> Result<void> {
            if (there.sha256 == sha256) {
                return {};
            }
            return failed(
                Error(Reason::output_damaged,
                      "the file of the earlier run is not what its manifest says")
                    .at_file(path)
                    .hint("a retry would keep what is damaged: restore it from a copy, or "
                          "migrate into a new directory"));
        });
}

}  // namespace

Result<void> check_earlier_files(FileSystem& files, const OutputDirectory& directory,
                                 const Manifest& manifest, const std::vector<bool>& is_read,
                                 const IsStopped& is_stopped) {
    if (manifest.files.size() != is_read.size()) {
        return failed(Reason::output_damaged,
                      "the manifest of the earlier run names other files than the run");
    }
    Result<void> same = check_file(files, directory.failures(), manifest.failures_bytes,
                                   manifest.failures_sha256, is_stopped);
    for (std::size_t i = 0; same && i < is_read.size(); ++i) {
        if (is_read[i]) {
            const ManifestFile& file = manifest.files.at(i);
            same = check_file(files, directory.file(target_name_of(manifest, file.name)),
                              file.target_bytes, file.target_sha256, is_stopped);
        }
    }
    return same;
}

}  // namespace ffdump
