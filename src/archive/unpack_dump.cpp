// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/unpack_dump.hpp"

#include "archive_stream.hpp"
#include "unpacked_parts.hpp"

#include <fmt/format.h>

#include <optional>
#include <utility>

namespace ffdump {
namespace {

class Unpacking {
 public:
    Unpacking(FileSystem& files, ByteSource& archive, const UnpackOptions& options,
              const UnpackProgress& progress)
        : options_(options),
          progress_(progress),
          stream_(archive, options.name),
          parts_(files, options.directory) {}

    Result<UnpackSummary> run() {
        return stream_.open()
            .and_then([this] { return check_trust(); })
            .and_then([this] { return parts_.begin(); })
            .and_then([this] { return write_signature(); })
            .and_then([this] { return write_members(); })
            .and_then([this] { return parts_.publish(kManifestMember, stream_.manifest_text()); })
            .map([this] {
                summary_.run_id = stream_.manifest().run_id;
                summary_.sequence = stream_.manifest().sequence;
                return summary_;
            });
    }

 private:
    Result<void> check_trust() {
        std::optional<Error> doubt = distrust(options_.trust, stream_.manifest_text(),
                                              stream_.manifest(), stream_.signature());
        return doubt ? failed(std::move(*doubt).at_file(options_.name)) : Result<void>();
    }

    Result<void> write_signature() {
        if (!stream_.signature()) {
            return {};
        }
        return parts_.open(kSignatureMember)
            .and_then([this] { return parts_.write(*stream_.signature()); })
            .and_then([this] { return parts_.close(); })
            .map([](const std::string&) {});
    }

    Result<void> write_members() {
        return stream_.for_each(
            [this](const ArchiveMember& member) { return write_member(member); });
    }

    Result<void> write_member(const ArchiveMember& member) {
        if (Result<void> opened = parts_.open(member.path); !opened) {
            return opened;
        }
        for (;;) {
            Result<std::string_view> piece = stream_.read();
            if (!piece) {
                return failed(std::move(piece.error()));
            }
            if (piece->empty()) {
                break;
            }
            summary_.content_bytes += piece->size();
            if (Result<void> written = parts_.write(*piece); !written) {
                return written;
            }
            if (progress_ && !progress_(stream_.position())) {
                return failed(Error(Reason::interrupted, "interrupted while unpacking")
                                  .hint("give the same command again; it begins anew"));
            }
        }
        Result<std::string> sha256 = parts_.close();
        if (!sha256) {
            return failed(std::move(sha256.error()));
        }
        summary_.files += member.path == kFailuresMember ? 0 : 1;
        return *sha256 == member.sha256
                   ? Result<void>()
                   : failed(Error(Reason::checksum_differs,
                                  fmt::format("{}: SHA-256 is {}, the manifest says {}",
                                              member.path, *sha256, member.sha256))
                                .at_file(options_.name));
    }

    const UnpackOptions& options_;
    const UnpackProgress& progress_;
    ArchiveStream stream_;
    UnpackedParts parts_;
    UnpackSummary summary_;
};

}  // namespace

Result<UnpackSummary> unpack_dump(FileSystem& files, ByteSource& archive,
                                  const UnpackOptions& options, const UnpackProgress& progress) {
    return Unpacking(files, archive, options, progress).run();
}

}  // namespace ffdump
