// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/io/file_system.hpp"

#include <CLI/CLI.hpp>

#include <functional>
#include <string>

namespace ffdump {

/// `--report FILE.html`.
struct ReportOptions {
    std::string file;

    void declare(CLI::App& app);
    /// Writes the page, mode 0600, beside and renamed; nothing when no report is wanted.
    [[nodiscard]] Result<void> write(FileSystem& files,
                                     const std::function<std::string()>& page) const;
};

}  // namespace ffdump
