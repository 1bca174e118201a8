// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "fuzz_manifest.hpp"
#include "manifest_document.hpp"

#include <algorithm>
#include <string>
#include <string_view>

namespace ffdump {

std::string mended_manifest(std::string_view text) {
    const std::size_t last = text.rfind("\"manifest_sha256\"");
    return last == std::string_view::npos
               ? std::string(text)
               : std::string(text.substr(0, last)) + checksum_line(text.substr(0, last));
}

void fuzz_manifest(std::string_view input) {
    const bool is_mended = take_choice(input) % 8 != 7;
    const std::string text = is_mended ? mended_manifest(input) : std::string(input);
    const Result<Manifest> manifest = parse_manifest(text);
    if (!manifest) {
        must_hold(manifest.error().reason() == Reason::manifest_invalid, "manifests are judged");
        return;
    }
    for (const ManifestFile& file : manifest->files) {
        must_hold(!file.name.empty() && file.name.front() != '.' &&
                      file.name.find('/') == std::string::npos,
                  "a file's name stays in the folder");
    }
    const std::string written = manifest_text(*manifest);
    const Result<Manifest> again = parse_manifest(written);
    must_hold(again && manifest_text(*again) == written, "a manifest that was read can be written");
}

}  // namespace ffdump
