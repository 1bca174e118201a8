// SPDX-License-Identifier: Apache-2.0
#include "dump_prefix.hpp"

#include "ffdump/base/printable.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

bool is_plain_name(const std::string& name) {
    constexpr std::size_t kLongest = 255;
    // printable() writes a backslash of its own as it is, so equal means: nothing to escape.
    return name.size() <= kLongest && is_utf8(name) && printable(name) == name;
}

/// Names end up in file names, manifest, logs and terminals.
Result<void> check_name(const std::string& name, const std::string& path) {
    if (is_plain_name(name)) {
        return {};
    }
    return failed(
        Error(Reason::source_unreadable, "the file's name is not UTF-8 or holds control characters")
            .at_file(path)
            .hint("rename the file to the name of its gallery, in plain characters"));
}

}  // namespace

Result<DumpPrefix> read_prefix(ByteSource& bytes) {
    return read_up_to(bytes, kRecognitionBytes).map([](std::string read) {
        const bool whole = read.size() < kRecognitionBytes;
        return DumpPrefix{std::move(read), whole};
    });
}

Result<DumpFile> recognise_file(std::string name, std::string path, const DumpPrefix& prefix,
                                std::span<const Profile> profiles) {
    if (Result<void> named = check_name(name, path); !named) {
        return failed(std::move(named.error()));
    }
    Result<Recognition> seen = recognise(prefix.bytes, prefix.whole, profiles);
    if (!seen) {
        const bool has_place = !seen.error().place().file.empty();
        return failed(has_place ? std::move(seen.error()) : std::move(seen.error()).at_file(path));
    }
    DumpFile file;
    file.gallery = gallery_of_file(name);
    if (!seen->gallery.empty()) {
        if (!is_plain_name(seen->gallery)) {
            return failed(Error(Reason::source_unreadable,
                                "the header's gallery is too long or holds control characters")
                              .at_file(path));
        }
        if (seen->gallery != file.gallery) {
            seen->evidence += fmt::format(", which names gallery {} (the file's name says {})",
                                          seen->gallery, file.gallery);
        }
        file.gallery = std::move(seen->gallery);
    }
    file.name = std::move(name);
    file.path = std::move(path);
    file.profile = std::move(seen->profile);
    file.evidence = std::move(seen->evidence);
    return file;
}

}  // namespace ffdump
