// SPDX-License-Identifier: Apache-2.0
#include "pack_command.hpp"

#include "progress_display.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/journal/manifest_trust.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <cstdlib>
#include <thread>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostSecretBytes = 4096;
constexpr unsigned kMostThreads = 256;
constexpr int kMostLevel = 19;

/// A file with a secret, which nobody else may read.
Result<std::string> read_secret_file(FileSystem& files, const std::string& path) {
    Result<std::unique_ptr<File>> file = files.open_read(path);
    if (!file) {
        return failed(Error(Reason::config_unreadable, file.error().detail()).at_file(path));
    }
    const Result<bool> is_private = (*file)->is_private();
    if (!is_private) {
        return failed(is_private.error());
    }
    if (!*is_private) {
        return failed(Error(Reason::config_invalid, "others than its owner can read this secret")
                          .at_file(path)
                          .hint("chmod 600 it; if others may have read it, make a new key"));
    }
    return read_small_file(**file, kMostSecretBytes);
}

}  // namespace

std::string PackCommand::summary() const {
    return "Pack a new dump into one archive";
}

std::string PackCommand::epilogue() const {
    return R"(Example:
  ffdump pack newdump -o newdump.tar.zst
  ffdump pack newdump -o - | ssh vault 'cat > newdump.tar.zst'
  ffdump pack newdump -o newdump.tar.zst --sign /root/ffdump.key

The manifest comes first, the same dump gives the same bytes, and every file is held against
the manifest on the way. Plain `tar --zstd -xf` unpacks it as well. An archive that exists is
never replaced.

--sign takes an unlocked or locked secret key of minisign, in a file of mode 0600; the password
comes from --sign-password-file or FFDUMP_SIGNING_PASSWORD. Without --sign a signature that
`minisign -S` put beside the manifest goes along.

Exit codes: 0 packed; 2 usage, or FILE exists; 3 the dump is incomplete or not what its manifest
says; 4 unreadable; 6 FILE cannot be written; 130, 143 interrupted.)";
}

void PackCommand::declare(CLI::App& app) {
    app.add_option("directory", options_.directory, "The directory of a complete new dump")
        ->type_name("DIR")
        ->required();
    app.add_option("-o,--output", output_, "The archive, or - for standard output")
        ->type_name("FILE")
        ->required();
    options_.threads = std::max(1U, std::thread::hardware_concurrency());
    app.add_option("--threads", options_.threads,
                   "Parts packed side by side, 32 MiB of memory each; as many as processors")
        ->type_name("N")
        ->check(CLI::Range(1U, kMostThreads));
    app.add_option("--level", options_.level, "Of zstd: more is smaller and slower")
        ->type_name("N")
        ->check(CLI::Range(1, kMostLevel))
        ->capture_default_str();
    CLI::Option* const sign =
        app.add_option("--sign", key_file_, "Sign the manifest with this secret key of minisign")
            ->type_name("KEYFILE");
    app.add_option("--sign-password-file", password_file_, "The password of that key, on one line")
        ->type_name("FILE")
        ->needs(sign);
    log_.declare(app);
}

Result<Secret> PackCommand::password(FileSystem& files) const {
    if (!password_file_.empty()) {
        return read_secret_file(files, password_file_).map([](const std::string& text) {
            return Secret(text.substr(0, text.find_first_of("\r\n")));
        });
    }
    // NOLINTNEXTLINE(concurrency-mt-unsafe): before any thread is started
    if (const char* const value = std::getenv("FFDUMP_SIGNING_PASSWORD"); value != nullptr) {
        return Secret(value);
    }
    return failed(Error(Reason::config_invalid, "the secret key is locked by a password")
                      .at_file(key_file_)
                      .hint("give --sign-password-file or set FFDUMP_SIGNING_PASSWORD"));
}

Result<void> PackCommand::read_key(const CommandContext& context) {
    if (key_file_.empty()) {
        return {};
    }
    return read_secret_file(context.files, key_file_)
        .and_then([&](const std::string& text) {
            return SigningKey::parse(text, [&] { return password(context.files); });
        })
        .map([this](SigningKey key) { key_ = std::make_shared<const SigningKey>(std::move(key)); })
        .map_error([this](Error error) {
            return error.place().file.empty() ? std::move(error).at_file(key_file_)
                                              : std::move(error);
        });
}

Result<PackSummary> PackCommand::pack(const CommandContext& context) {
    if (Result<void> read = read_key(context); !read) {
        return failed(std::move(read.error()));
    }
    if (key_) {
        options_.sign = [key = key_](std::string_view text) {
            return parse_manifest(text).map(
                [&](const Manifest& manifest) { return key->sign(text, manifest); });
        };
    }
    Log log = log_.make_log(context.terminal, context.clock);
    ProgressDisplay display(context.terminal, log, context.clock,
                            log_.quiet || !log.shows(LogLevel::info));
    const ArchiveProgress progress = [&](std::uint64_t done, std::uint64_t total) {
        Progress shown;
        shown.phase = "packing";
        shown.done = done;
        shown.total = total;
        display.progress(shown);
        return context.stop_signal.load() == 0;
    };
    return output_ == "-" ? pack_dump(context.files, options_, &write_to_stdout, progress)
                          : pack_dump_to_file(context.files, options_, output_, progress);
}

int PackCommand::run(const CommandContext& context) {
    const Result<PackSummary> packed = pack(context);
    context.terminal.clear_progress();
    if (!packed) {
        return give_up(context, {&packed.error(), 1});
    }
    const std::string text = fmt::format(
        "packed {} files, {} bytes into {}, of run {}{}", packed->files, packed->content_bytes,
        packed->packed_bytes, printable(packed->run_id), packed->is_signed ? ", signed" : "");
    if (output_ == "-") {
        Log log = log_.make_log(context.terminal, context.clock);
        log.info(text);
    } else {
        context.terminal.result(text);
    }
    return 0;
}

}  // namespace ffdump
