// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/error.hpp"
#include "ffdump/config/yaml_tree.hpp"

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// Collects every mistake of a configuration, so that the operator mends them in one go. One
/// thread.
class Mistakes {
 public:
    explicit Mistakes(std::string file) : file_(std::move(file)) {}

    /// Values under `path` without a line were put there by `origin` ("--set ffdump.model") and not
    /// by the file. A mistake names the origin with the longest matching path.
    void note_origin(std::string path, std::string origin);

    /// `path` is the full dotted key, `text` goes on with it: "is not a whole number".
    void add(YamlMark mark, const std::string& path, std::string_view text, std::string hint);
    /// A finished error that has its own place or none.
    void add(Error error) { errors_.push_back(std::move(error)); }

    /// A key that exists, whether or not it was given: what unknown keys are compared with.
    void know(std::string path) { known_.push_back(std::move(path)); }
    /// Kept until all known keys are known. `siblings` are the known keys of the same section.
    void add_unknown(YamlMark mark, std::string section, std::string key,
                     std::vector<std::string> siblings);

    /// Everything found, by line and column; those of the command line last.
    [[nodiscard]] std::vector<Error> finish();

 private:
    struct Origin {
        std::string path;
        std::string name;
    };
    struct UnknownKey {
        YamlMark mark;
        std::string section;
        std::string key;
        std::vector<std::string> siblings;
    };
    [[nodiscard]] Error placed(Error error, YamlMark mark, const std::string& path) const;
    [[nodiscard]] std::string suggestion(const UnknownKey& unknown) const;

    std::string file_;
    std::vector<Origin> origins_;
    std::vector<Error> errors_;
    std::vector<std::string> known_;
    std::vector<UnknownKey> unknown_;
};

/// "a.b" from "a" and "b", "b" from "" and "b".
[[nodiscard]] std::string dotted(std::string_view section, std::string_view key);

/// A piece of the configuration as it may stand in a message: printable and short. Never for
/// secrets or URLs.
[[nodiscard]] std::string excerpt(std::string_view text, std::size_t longest = 40);

/// "did you mean webdav?" or "one of webdav, s3, directory".
[[nodiscard]] std::string nearest_hint(std::string_view word,
                                       const std::vector<std::string>& known);

}  // namespace ffdump
