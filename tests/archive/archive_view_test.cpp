// SPDX-License-Identifier: Apache-2.0
#include "ffdump/archive/archive_view.hpp"

#include "packed_pair.hpp"

namespace ffdump {
namespace {

/// `verify` of an archive, with the source or against the manifest alone.
Result<VerifyReport> verify_archive(const PackedPair& dump, const std::string& archive,
                                    const std::string& from) {
    const std::string path = dump.scratch.write("dump.tar.zst", archive);
    Result<std::unique_ptr<FileSystem>> view = open_archive_view(*dump.files, path, {});
    if (!view) {
        return failed(view.error());
    }
    VerifyOptions options = dump.pair.options;
    options.from = from;
    options.to = path;
    return verify(**view, options, {});
}

TEST_CASE("an archive is verified in place as the directory that it was packed from") {
    const PackedPair dump;
    const VerifyReport of_directory = dump.pair.verify();
    const Result<VerifyReport> report = verify_archive(dump, dump.packed(), dump.pair.options.from);
    INFO((report ? render_text(*report) : report.error().one_line()));
    REQUIRE(report);
    CHECK(report->restorable);
    CHECK(report->verdict == of_directory.verdict);
    CHECK(report->galleries.size() == of_directory.galleries.size());
}

TEST_CASE("an archive is verified against its manifest when the source is gone") {
    const PackedPair dump;
    const Result<VerifyReport> report = verify_archive(dump, dump.packed(), "");
    INFO((report ? render_text(*report) : report.error().one_line()));
    REQUIRE(report);
    CHECK(report->restorable);
    CHECK(report->failed == 3);
    CHECK(report->excluded == 1);
}

TEST_CASE("an archive whose member was exchanged in sound frames is not restorable") {
    const PackedPair dump;
    std::vector<std::string> pieces = member_pieces(dump.packed());
    const std::size_t digit = pieces[3].find("1.0e+02");
    REQUIRE(digit != std::string::npos);
    pieces[3][digit] = '2';
    const Result<VerifyReport> report =
        verify_archive(dump, framed(pieces), dump.pair.options.from);
    REQUIRE(report);
    CHECK_FALSE(report->restorable);
    CHECK(find(*report, Reason::record_altered) != nullptr);
    CHECK(find(*report, Reason::checksum_differs) != nullptr);
}

TEST_CASE("a damaged archive is told before anything in it is believed") {
    const PackedPair dump;
    std::string archive = dump.packed();
    archive[archive.size() / 2] ^= 1;
    const Result<VerifyReport> report = verify_archive(dump, archive, dump.pair.options.from);
    REQUIRE_FALSE(report);
    CHECK(report.error().reason() == Reason::archive_damaged);
}

TEST_CASE("an archive that is replaced while it is read is told") {
    const PackedPair dump;
    const std::string path = dump.scratch.write("dump.tar.zst", dump.packed());
    const auto view = open_archive_view(*dump.files, path, {}).value();
    REQUIRE(view->open_read(path + "/ffsec_face_events.json"));
    dump.scratch.write("other", dump.packed());
    std::filesystem::rename(dump.scratch.at("other"), path);
    const auto file = view->open_read(path + "/ffsec_face_events.json");
    REQUIRE_FALSE(file);
    CHECK(file.error().reason() == Reason::source_changed);
}

TEST_CASE("what lies in an archive is read at any place and never written") {
    const PackedPair dump;
    const std::string path = dump.scratch.write("dump.tar.zst", dump.packed());
    const auto view = open_archive_view(*dump.files, path, {}).value();
    const std::string events = dump.pair.target_bytes("ffsec_face_events.json");
    const auto file = view->open_read(path + "/ffsec_face_events.json").value();
    for (std::size_t at = 0; at <= events.size(); at += 997) {
        std::string got(700, '\0');
        got.resize(file->read_at(got, at).value());
        CHECK(got == events.substr(at, 700));
    }
    CHECK(view->is_directory(path, FilePurpose::reading).value());
    CHECK(view->exists(path + "/.ffdump/manifest.json", FilePurpose::reading).value());
    CHECK_FALSE(view->exists(path + "/.ffdump/journal", FilePurpose::reading).value());
    CHECK_FALSE(view->open_read(path + "/ffsec_face_clusters.json"));
    CHECK_FALSE(view->create(path + "/new.json"));
    CHECK_FALSE(view->remove(path + "/ffsec_face_events.json"));
    CHECK_FALSE(file->write("x"));
    CHECK(view->exists(dump.pair.options.from, FilePurpose::reading).value());
}

TEST_CASE("archives of dumps are told from directories, dump files and other archives") {
    const PackedPair dump;
    CHECK(is_dump_archive(*dump.files, dump.scratch.write("any name", dump.packed())).value());
    CHECK(is_dump_archive(*dump.files, dump.scratch.write("torn.tar.zst", "x")).value());
    CHECK_FALSE(is_dump_archive(*dump.files, dump.pair.options.to).value());
    CHECK_FALSE(
        is_dump_archive(*dump.files, dump.pair.source_path("ffsec_face_events.json")).value());
    CHECK_FALSE(is_dump_archive(*dump.files, dump.scratch.at("nothing.tar.zst")).value());
}

}  // namespace
}  // namespace ffdump
