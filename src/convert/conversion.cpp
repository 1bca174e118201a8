// SPDX-License-Identifier: Apache-2.0
#include "ffdump/convert/conversion.hpp"

#include "converted_files.hpp"
#include "file_conversion.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/dump_directory.hpp"

#include <fmt/format.h>

#include <utility>

namespace ffdump {
namespace {

/// Values of msgpack have no neutral form yet.
Result<void> check_family(const Profile& profile) {
    if (notation_of(profile.container) == Notation::json) {
        return {};
    }
    return failed(Error(Reason::usage_error,
                        fmt::format("convert reads and writes JSON layouts, and {} is msgpack",
                                    printable(profile.name)))
                      .hint("migrate, verify and inspect take such a dump as it is"));
}

/// Converts the files of one dump in order.
class DumpConversion {
 public:
    DumpConversion(FileSystem& files, const ConvertOptions& options,
                   const ConvertProgress& progress)
        : files_(files), options_(options), progress_(progress), outputs_(files, options.to) {}

    Result<std::vector<ConvertedFile>> run() {
        if (Result<void> known = check_family(options_.target); !known) {
            return failed(std::move(known.error()));
        }
        Result<std::vector<DumpFile>> dump = open_dump(files_, options_.from, options_.sources);
        if (!dump) {
            return failed(std::move(dump.error()));
        }
        if (options_.gallery && dump->size() != 1) {
            return failed(Error(Reason::usage_error, "--gallery is for a dump of one file")
                              .hint("leave it out, or give one file with --from"));
        }
        for (const DumpFile& file : *dump) {
            if (Result<void> known = check_family(file.profile); !known) {
                return failed(std::move(known.error()).at_file(file.path));
            }
            total_ += file.identity.size;
        }
        Result<void> done = outputs_.open();
        for (std::size_t i = 0; done && i < dump->size(); ++i) {
            done = convert((*dump)[i]);
        }
        done = done ? finish_rest() : done;
        done = done ? outputs_.publish() : done;
        return done ? Result<std::vector<ConvertedFile>>(std::move(converted_))
                    : failed(std::move(done.error()));
    }

 private:
    Result<void> convert(const DumpFile& file) {
        Result<std::unique_ptr<File>> opened = files_.open_read(file.path);
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        Result<std::unique_ptr<UnpackedFileSource>> source = make_unpacked_file_source(**opened);
        if (!source) {
            return failed(std::move(source.error()));
        }
        FileConversion conversion(options_, file, outputs_, targets_);
        Result<void> done = conversion.run(
            **source, [&] { return progress_(done_ + (*source)->file_bytes(), total_); });
        Result<FileIdentity> after = (*opened)->identity();
        if (!done || !after) {
            return done ? failed(std::move(after.error())) : done;
        }
        if (!(*after == file.identity)) {
            return failed(Error(Reason::source_changed, "the file changed while it was read")
                              .at_file(file.path));
        }
        done_ += file.identity.size;
        if (options_.split_galleries && conversion.may_go_on()) {
            return {};
        }
        return finish_if(
            [&](const ConversionTarget& target) { return target.outcome.source == file.name; },
            [&](ConversionTarget& target) { return conversion.finish(target); });
    }

    /// Files that took records from several sources.
    Result<void> finish_rest() {
        const FrameMaker frames(options_.target, options_.target);
        return finish_if(
            [](const ConversionTarget&) { return true; },
            [&](ConversionTarget& target) {
                NeutralFrame trailer;
                return frames.trailer(trailer, target.facts, target.outcome.records).and_then([&] {
                    return finish_target(target, trailer);
                });
            });
    }

    template <class Wanted, class Finish>
    Result<void> finish_if(const Wanted& is_wanted, const Finish& finish) {
        for (auto at = targets_.begin(); at != targets_.end();) {
            if (!is_wanted(at->second)) {
                ++at;
                continue;
            }
            Result<ConvertedFile> finished = finish(at->second);
            if (!finished) {
                return failed(std::move(finished.error()));
            }
            converted_.push_back(std::move(*finished));
            at = targets_.erase(at);
        }
        return {};
    }

    FileSystem& files_;
    const ConvertOptions& options_;
    const ConvertProgress& progress_;
    ConvertedFiles outputs_;
    ConversionTargets targets_;
    std::vector<ConvertedFile> converted_;
    std::uint64_t done_ = 0;
    std::uint64_t total_ = 0;
};

}  // namespace

Result<std::vector<ConvertedFile>> convert_dump(FileSystem& files, const ConvertOptions& options,
                                                const ConvertProgress& progress) {
    return DumpConversion(files, options, progress).run();
}

}  // namespace ffdump
