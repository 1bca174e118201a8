// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "command.hpp"
#include "option_groups.hpp"

#include "ffdump/convert/conversion.hpp"

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

/// `ffdump convert`: the same dump in another layout.
class ConvertCommand final : public Command {
 public:
    [[nodiscard]] std::string name() const override { return "convert"; }
    [[nodiscard]] std::string summary() const override;
    [[nodiscard]] std::string epilogue() const override;
    void declare(CLI::App& app) override;
    [[nodiscard]] int run(const CommandContext& context) override;

 private:
    [[nodiscard]] Result<ConvertOptions> options(FileSystem& files) const;
    [[nodiscard]] Result<std::vector<ConvertedFile>> convert(const CommandContext& context) const;

    std::string from_;
    std::string to_;
    std::string format_;
    CompressOptions compress_;
    std::string gallery_;
    bool split_galleries_ = false;
    FormatOptions source_format_{.option = "--source-format"};
    LogOptions log_;
};

}  // namespace ffdump
