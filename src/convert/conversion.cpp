// SPDX-License-Identifier: Apache-2.0
#include "ffdump/convert/conversion.hpp"

#include "converted_files.hpp"
#include "file_conversion.hpp"
#include "record_counts.hpp"

#include "ffdump/dump/dump_directory.hpp"

#include <utility>

namespace ffdump {
namespace {

/// Converts the files of one dump in order.
class DumpConversion {
 public:
    DumpConversion(FileSystem& files, const ConvertOptions& options,
                   const ConvertProgress& progress)
        : files_(files),
          options_(options),
          progress_(progress),
          counts_(options),
          outputs_(files, options.to) {}

    Result<std::vector<ConvertedFile>> run() {
        Result<std::vector<DumpFile>> dump = open_dump(files_, options_.from, options_.sources);
        if (!dump) {
            return failed(std::move(dump.error()));
        }
        if (options_.gallery && dump->size() != 1) {
            return failed(Error(Reason::usage_error, "--gallery is for a dump of one file")
                              .hint("leave it out, or give one file with --from"));
        }
        for (const DumpFile& file : *dump) {
            total_ += file.identity.size * (counts_.is_needed_for(file.profile) ? 2 : 1);
        }
        Result<void> done = outputs_.open();
        for (std::size_t i = 0; done && i < dump->size(); ++i) {
            done = counts_.is_needed_for((*dump)[i].profile) ? count((*dump)[i]) : done;
        }
        for (std::size_t i = 0; done && i < dump->size(); ++i) {
            done = convert((*dump)[i]);
        }
        done = done ? finish_rest() : done;
        done = done ? outputs_.publish() : done;
        return done ? Result<std::vector<ConvertedFile>>(std::move(converted_))
                    : failed(std::move(done.error()));
    }

 private:
    /// Calls `work` with the file's bytes and what is to be called after each block of them.
    template <class Work>
    Result<void> read(const DumpFile& file, const Work& work) {
        Result<std::unique_ptr<File>> opened = files_.open_read(file.path);
        if (!opened) {
            return failed(std::move(opened.error()));
        }
        Result<std::unique_ptr<UnpackedFileSource>> source = make_unpacked_file_source(**opened);
        if (!source) {
            return failed(std::move(source.error()));
        }
        const Result<void> done =
            work(**source, [&] { return progress_(done_ + (*source)->file_bytes(), total_); });
        Result<FileIdentity> after = (*opened)->identity();
        if (!done || !after) {
            return done ? failed(std::move(after.error())) : done;
        }
        if (!(*after == file.identity)) {
            return failed(Error(Reason::source_changed, "the file changed while it was read")
                              .at_file(file.path));
        }
        done_ += file.identity.size;
        return {};
    }

    Result<void> count(const DumpFile& file) {
        return read(file, [&](ByteSource& bytes, const auto& go_on) {
            return counts_.add(file, bytes, go_on);
        });
    }

    Result<void> convert(const DumpFile& file) {
        FileConversion conversion(options_, file, counts_, outputs_, targets_);
        Result<void> done = read(file, [&](ByteSource& bytes, const auto& go_on) {
            return conversion.run(bytes, go_on);
        });
        if (!done || (options_.split_galleries && conversion.may_go_on())) {
            return done;
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
    RecordCounts counts_;
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
