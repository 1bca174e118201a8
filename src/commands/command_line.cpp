// SPDX-License-Identifier: Apache-2.0
#include "ffdump/commands/command_line.hpp"

#include "command.hpp"
#include "convert_command.hpp"
#include "failures_command.hpp"
#include "inspect_command.hpp"
#include "migrate_command.hpp"
#include "pack_command.hpp"
#include "plan_command.hpp"
#include "quality_command.hpp"
#include "stop_signals.hpp"
#include "unpack_command.hpp"
#include "verify_command.hpp"

#include "ffdump/base/nearest_word.hpp"
#include "ffdump/base/version.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {
namespace {

constexpr int kExitUsage = 2;
constexpr int kExitOutput = 6;

/// The vendor's tools take `-config FILE`; CLI11 would read it as `-c onfig`. In reverse order, as
/// CLI11 wants a vector of arguments.
std::vector<std::string> arguments_of(int argc, const char* const* argv) {
    std::vector<std::string> arguments;
    for (int i = argc - 1; i > 0; --i) {
        std::string argument = argv[i];
        if (argument == "-config" || argument.starts_with("-config=")) {
            argument.insert(0, "-");
        }
        arguments.push_back(std::move(argument));
    }
    return arguments;
}

std::vector<std::string> words_of(const CLI::App& app) {
    std::vector<std::string> words;
    for (const CLI::App* command : app.get_subcommands({})) {
        words.push_back(command->get_name());
    }
    for (const CLI::App* command : app.get_subcommands()) {
        for (const CLI::Option* option : command->get_options()) {
            for (const std::string& name : option->get_lnames()) {
                words.push_back("--" + name);
            }
        }
    }
    return words;
}

/// A word of the command line that no command knows, and the nearest one that is known.
struct Misspelling {
    std::string word;
    std::string nearest;
};

std::optional<Misspelling> misspelling(const CLI::App& app,
                                       const std::vector<std::string>& arguments) {
    const std::vector<std::string> words = words_of(app);
    for (auto argument = arguments.rbegin(); argument != arguments.rend(); ++argument) {
        const std::string word = argument->substr(0, argument->find('='));
        const bool is_first = argument == arguments.rbegin();
        const bool is_known = std::ranges::find(words, word) != words.end();
        if (is_known || (!is_first && !word.starts_with("--"))) {
            continue;
        }
        if (std::string nearest = nearest_word(word, words); !nearest.empty()) {
            return Misspelling{word, std::move(nearest)};
        }
    }
    return std::nullopt;
}

int usage_error(const CLI::App& app, const CLI::ParseError& error,
                const std::vector<std::string>& arguments, Terminal& terminal) {
    // CLI11 speaks of the option that is missing first, not of the word that was meant to be it.
    const std::optional<Misspelling> misspelt = misspelling(app, arguments);
    std::string text = misspelt ? fmt::format("{} is not known", misspelt->word) : error.what();
    std::ranges::replace(text, '\n', ' ');
    terminal.error(Error(Reason::usage_error, std::move(text))
                       .hint(misspelt ? fmt::format("did you mean {}?", misspelt->nearest)
                                      : "see ffdump --help"));
    return kExitUsage;
}

LogFormat log_format_of(const CLI::App& parser) {
    const CLI::Option* const option = parser.get_option_no_throw("--log-format");
    const bool is_json =
        option != nullptr && option->count() != 0 && option->results().back() == "json";
    return is_json ? LogFormat::json : LogFormat::text;
}

}  // namespace

std::vector<std::unique_ptr<Command>> make_commands() {
    std::vector<std::unique_ptr<Command>> commands;
    commands.push_back(std::make_unique<InspectCommand>());
    commands.push_back(std::make_unique<PlanCommand>());
    commands.push_back(std::make_unique<MigrateCommand>());
    commands.push_back(std::make_unique<FailuresCommand>());
    commands.push_back(std::make_unique<VerifyCommand>());
    commands.push_back(std::make_unique<QualityCommand>());
    commands.push_back(std::make_unique<PackCommand>());
    commands.push_back(std::make_unique<UnpackCommand>());
    commands.push_back(std::make_unique<ConvertCommand>());
    return commands;
}

int run_command_line(int argc, const char* const* argv) {
    harden_process();
    Terminal terminal;
    CLI::App app("Offline migration of FindFace biometric dumps to another model, file to file.",
                 "ffdump");
    app.set_version_flag("--version", "ffdump " + std::string(version_text()));
    app.require_subcommand(1);
    const std::vector<std::unique_ptr<Command>> commands = make_commands();
    std::vector<CLI::App*> parsers;
    for (const std::unique_ptr<Command>& command : commands) {
        CLI::App* parser = app.add_subcommand(command->name(), command->summary());
        parser->footer(command->epilogue());
        command->declare(*parser);
        parsers.push_back(parser);
    }
    const std::vector<std::string> arguments = arguments_of(argc, argv);
    try {
        app.parse(std::vector<std::string>(arguments));
    } catch (const CLI::Success& e) {
        return app.exit(e);
    } catch (const CLI::ParseError& e) {
        return usage_error(app, e, arguments, terminal);
    }
    const std::unique_ptr<FileSystem> files = make_posix_file_system();
    const SystemClock clock;
    const auto chosen =
        std::ranges::find_if(parsers, [](CLI::App* parser) { return parser->parsed(); });
    const CommandContext context{*files, terminal, clock, install_stop_signals(),
                                 log_format_of(**chosen)};
    const int code = commands.at(static_cast<std::size_t>(chosen - parsers.begin()))->run(context);
    if (!terminal.flush_result()) {
        terminal.error(Error(Reason::output_unwritable, "stdout could not be written"));
        return kExitOutput;
    }
    return code;
}

}  // namespace ffdump
