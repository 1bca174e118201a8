// SPDX-License-Identifier: Apache-2.0
#include "manifest_builder.hpp"

#include "support/faulty_file_system.hpp"
#include "support/hash_of.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/io/sha256.hpp"

#include <catch2/catch.hpp>

#include <string>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

const IsStopped never = [] { return false; };

TEST_CASE("the manifest comes last, when the list of failures has its name for good") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.text());
    const auto files = make_posix_file_system();
    folder.write(".ffdump/failures.jsonl.part", "a line\n");
    FaultyFileSystem calls(*files);
    Manifest manifest;
    REQUIRE(publish(calls, directory, {{0, 7, hash_of("a line\n")}}, manifest, never));
    CHECK(manifest.failures_bytes == 7);
    CHECK(manifest.failures_sha256 == sha256_hex("a line\n"));
    std::vector<std::pair<FileOperation, std::string>> changes;
    using enum FileOperation;
    for (const FileCall& call : calls.calls()) {
        if (call.operation != open_read && call.operation != FileOperation::read &&
            call.operation != drop_cache) {
            changes.emplace_back(call.operation, file_name_of(call.path));
        }
    }
    CHECK(changes == std::vector<std::pair<FileOperation, std::string>>{
                         {FileOperation::rename, "failures.jsonl.part"},
                         {sync_directory, ".ffdump"},
                         {create, "manifest.json.new"},
                         {FileOperation::write, "manifest.json.new"},
                         {sync, "manifest.json.new"},
                         {FileOperation::close, "manifest.json.new"},
                         {FileOperation::rename, "manifest.json.new"},
                         {sync_directory, ".ffdump"}});
}

TEST_CASE("a run that is asked to stop while its list of failures is read back is not complete") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.text());
    const auto files = make_posix_file_system();
    folder.write(".ffdump/failures.jsonl.part", "a line\n");
    Manifest manifest;
    const std::vector<WrittenRegion> list{{0, 7, hash_of("a line\n")}};
    const Result<void> stopped = publish(*files, directory, list, manifest, [] { return true; });
    REQUIRE_FALSE(stopped);
    CHECK(stopped.error().reason() == Reason::interrupted);
    CHECK_FALSE(files->exists(directory.failures(), FilePurpose::reading).value());
    CHECK_FALSE(files->exists(directory.manifest(), FilePurpose::reading).value());
    CHECK(publish(*files, directory, list, manifest, never));
}

TEST_CASE("a list of failures that the disk has otherwise than it was written is not published") {
    const ScratchFolder folder;
    const OutputDirectory directory(folder.text());
    const auto files = make_posix_file_system();
    const std::string there = GENERATE("a link\n", "a line\na line\n", "a");
    folder.write(".ffdump/failures.jsonl.part", there);
    Manifest manifest;
    const Result<void> published =
        publish(*files, directory, {{0, 7, hash_of("a line\n")}}, manifest, never);
    REQUIRE_FALSE(published);
    CHECK(published.error().reason() == Reason::output_damaged);
    CHECK_FALSE(files->exists(directory.failures(), FilePurpose::reading).value());
    CHECK_FALSE(files->exists(directory.manifest(), FilePurpose::reading).value());
}

}  // namespace
}  // namespace ffdump
