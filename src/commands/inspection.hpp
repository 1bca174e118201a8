// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "progress_display.hpp"

#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/dump/survey.hpp"
#include "ffdump/io/byte_source.hpp"

#include <span>
#include <string>
#include <vector>

namespace ffdump {

/// One file with what its survey found.
struct InspectedFile {
    DumpFile file;
    FileSurvey survey;
    bool is_repeated = false;  ///< an archive has a file of this name before it
};

/// What was looked at.
struct InspectedDump {
    std::vector<InspectedFile> files;
    std::vector<std::string> folders;  ///< within the dump, passed over with what is in them
};

/// Surveys every file of a dump, wherever it comes from. Everything given is borrowed.
class Inspection {
 public:
    Inspection(const CommandContext& context, ProgressDisplay& display,
               std::span<const Profile> profiles, SurveyOptions options);

    /// A directory, a file, or an archive of files.
    [[nodiscard]] Result<InspectedDump> of_path(const std::string& path);
    /// A file or an archive that can be read once.
    [[nodiscard]] Result<InspectedDump> of_stream(ByteSource& bytes, const std::string& name);

 private:
    [[nodiscard]] Result<InspectedDump> of_files(std::vector<DumpFile> dump);
    [[nodiscard]] Result<std::vector<std::string>> folders_in(const std::string& path);
    [[nodiscard]] SurveyProgress shown(std::uint64_t before);

    const CommandContext& context_;
    ProgressDisplay& display_;
    std::span<const Profile> profiles_;
    SurveyOptions options_;
    Progress progress_;
};

}  // namespace ffdump
