// SPDX-License-Identifier: Apache-2.0
#include "report_options.hpp"

#include <utility>

namespace ffdump {

void ReportOptions::declare(CLI::App& app) {
    app.add_option("--report", file,
                   "Also write a page for a browser, with tables and plots; it needs nothing but "
                   "itself and holds ids, but no images and no meta")
        ->type_name("FILE.html");
}

Result<void> ReportOptions::write(FileSystem& files,
                                  const std::function<std::string()>& page) const {
    if (file.empty()) {
        return {};
    }
    return replace_file(files, file, page()).map_error([](Error error) {
        return std::move(error).while_doing("writing the report");
    });
}

}  // namespace ffdump
