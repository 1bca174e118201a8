// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/scratch_folder.hpp"

#include "ffdump/convert/conversion.hpp"
#include "ffdump/io/file_system.hpp"

#include <algorithm>
#include <map>
#include <memory>
#include <stdexcept>
#include <string>
#include <utility>
#include <vector>

namespace ffdump {

[[nodiscard]] inline Profile shipped(const std::string& name) {
    const auto found = std::ranges::find(shipped_profiles(), name, &Profile::name);
    if (found == shipped_profiles().end()) {
        throw std::runtime_error("no layout " + name);
    }
    return *found;
}

/// A folder in which dumps are converted, each into a folder of its own.
class ConversionBench {
 public:
    /// The dump `name` with these files.
    void put(const std::string& name, const std::map<std::string, std::string>& dump) const {
        for (const auto& [file, bytes] : dump) {
            folder_.write(name + "/" + file, bytes);
        }
    }

    [[nodiscard]] ConvertOptions options(const std::string& from, const std::string& to,
                                         Profile target) const {
        ConvertOptions options;
        options.from = folder_.at(from);
        options.to = folder_.at(to);
        options.target = std::move(target);
        options.sources = shipped_profiles();
        return options;
    }

    [[nodiscard]] Result<std::vector<ConvertedFile>> run(const ConvertOptions& options) const {
        return convert_dump(*files_, options, [](auto, auto) { return true; });
    }

    /// Converts and gives the new files back. Throws when that fails.
    [[nodiscard]] std::map<std::string, std::string> converted(
        const ConvertOptions& options) const {
        const auto done = run(options);
        if (!done) {
            throw std::runtime_error(done.error().one_line());
        }
        return files_in(options.to);
    }

    [[nodiscard]] static std::map<std::string, std::string> files_in(const std::string& folder) {
        std::map<std::string, std::string> files;
        for (const auto& entry : std::filesystem::directory_iterator(folder)) {
            files[entry.path().filename().string()] = file_bytes(entry.path());
        }
        return files;
    }

    /// What a dump with one file `name` fails with.
    [[nodiscard]] std::string problem(const std::string& bytes, Profile target) {
        const std::string from = "bad" + std::to_string(++bad_);
        put(from, {{"faces.json", bytes}});
        const auto done = run(options(from, from + "-out", std::move(target)));
        if (done) {
            return "";
        }
        if (!files_in(folder_.at(from + "-out")).empty()) {
            throw std::runtime_error("a failed conversion left files");
        }
        return done.error().one_line();
    }

    [[nodiscard]] const ScratchFolder& folder() const noexcept { return folder_; }
    [[nodiscard]] FileSystem& files() const noexcept { return *files_; }

 private:
    ScratchFolder folder_;
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
    int bad_ = 0;
};

/// Records that every layout can carry, spelled as convert does: ids and numbers of every size, and
/// texts that need escapes.
[[nodiscard]] inline std::string even_lines() {
    std::string lines;
    lines +=
        R"({"id":0,"facen":"AACAPwAAAAA=","facen_model":"old_2","meta":{"normalized_id":"1_a.png"}})"
        "\n";
    lines +=
        R"({"id":9007199254740993,"facen":"AAAAAAAAgD8=","facen_model":"old_2","meta":{"x":100.0,)"
        R"("y":[1,{"facen":"no"},-33,0.1,1e-07,-0.0,[],{}],"z":"/\"\\\n\u0001)"
        "\xF0\x9F\x98\x80\xC3\xA9"
        R"(","normalized_id":null}})"
        "\n";
    lines += R"({"id":18446744073709551615,"facen":"//9//wAAAAA=","facen_model":"old_2","meta":{)"
             R"("least":-9223372036854775808,"most":18446744073709551615,"normalized_id":"",)"
             R"("":true,"no":false,"big":1.7976931348623157e+308}})"
             "\n";
    return lines;
}

/// Records in odd spellings that every JSON layout of ours can carry, with a model and 2 floats
/// each, ids of every size.
[[nodiscard]] inline std::string odd_lines() {
    std::string lines;
    lines +=
        R"({"id":0,"facen":"AACAPwAAAAA=","facen_model":"old_2","meta":{"normalized_id":"1_a.png"}})"
        "\n";
    lines += R"({"facen_model":"old\u005f2" , "meta" : {"x":1.0e+02,"y":[ 1 , {"facen":"no"} ],)"
             R"("z":"\/\ud83d\ude00","normalized_id":null},"facen":"AAAAAAAAgD8=", )"
             R"("\u0069d":9007199254740993,"unknown":18446744073709551616})"
             "\n";
    lines +=
        "{\"id\":18446744073709551615,\"facen\":\"\\/\\/9\\/PwAAAAA=\",\"facen_model\":"
        "\"old_2\",\"meta\":{ },\"bytes\":\"\xFF\xED\xA0\x80\"}\n";
    return lines;
}

}  // namespace ffdump
