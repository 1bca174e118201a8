// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "support/record_builder.hpp"
#include "support/scratch_folder.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/journal/failures.hpp"
#include "ffdump/journal/manifest.hpp"
#include "ffdump/record/facen.hpp"
#include "ffdump/verify/verification.hpp"

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// One record of a test dump: its bytes in pieces around facen and facen_model, and what the
/// pretended migration did with it.
struct Row {
    enum class Fate : std::uint8_t { present, failed, excluded };

    RecordId id;
    std::string head;       ///< up to the facen's opening quote
    std::string old_facen;  ///< base64 as it stands in the source
    std::string middle;     ///< up to the facen_model's opening quote, or to the end without one
    std::optional<std::string> old_model;
    std::string foot;  ///< from the facen_model's closing quote on
    Facen fresh;       ///< the new one
    Fate fate = Fate::present;
    Reason reason = Reason::no_face;  ///< when failed
    std::string bad;                  ///< a chunk that is no record, in place of all the above

    [[nodiscard]] std::string source() const;
    /// `model` is written where the record has one.
    [[nodiscard]] std::string migrated(const std::string& model) const;
    [[nodiscard]] std::string with(const std::string& facen,
                                   const std::optional<std::string>& model) const;
};

/// One file of a test dump.
struct Table {
    std::string name;
    std::string gallery;
    std::string action = "migrate";
    Container container = Container::json_lines;
    std::string new_model = "new_320";
    std::string separator = "\n";  ///< JSON lines: line end; array: white space after the comma
    bool ends_with_newline = true;
    bool is_unopened = false;  ///< array whose source lacks "[ ": its first row must be bad
    bool is_unclosed = false;  ///< array whose source lacks its end: its last row must be bad
    std::vector<Row> rows;

    [[nodiscard]] std::string source() const;
    [[nodiscard]] std::string target() const;
    /// The records as they stand in the target.
    [[nodiscard]] std::vector<std::string> target_records() const;
    /// Puts records together as this file does.
    [[nodiscard]] std::string file_of(const std::vector<std::string>& records) const;
};

[[nodiscard]] Facen made_facen(std::uint64_t seed, std::size_t dimension = 8);
[[nodiscard]] std::string facen_text(const Facen& facen, SlashStyle slash = SlashStyle::plain);
[[nodiscard]] Row made_row(std::uint64_t id, bool has_model);

/// A source dump, what a faultless migration makes of it, and its manifest, all written to disk by
/// the test's own means: neither FileSplicer nor RecordReader has a hand in it.
class DumpPair {
 public:
    explicit DumpPair(std::vector<Table> tables, std::vector<std::string> opt_outs = {});

    /// Four galleries: two migrated (lines with facen_model, an array without), one copied, one
    /// dropped; with failed and excluded records.
    [[nodiscard]] static std::vector<Table> usual_tables();

    [[nodiscard]] VerifyReport verify() const;
    /// With the ids that were excluded.
    [[nodiscard]] VerifyReport verify_with(const std::string& excluded_ids) const;
    VerifyOptions options;

    [[nodiscard]] std::string source_path(std::string_view name) const;
    [[nodiscard]] std::string target_path(std::string_view name) const;
    void write_source(std::string_view name, std::string_view bytes) const;
    void write_target(std::string_view name, std::string_view bytes) const;
    [[nodiscard]] std::string target_bytes(std::string_view name) const;

    [[nodiscard]] const Table& table(std::string_view name) const;
    /// Changes the list of the target's records and writes them, the manifest as it was.
    template <class Change>
    void change_records(std::string_view name, const Change& change) const {
        std::vector<std::string> records = table(name).target_records();
        change(records);
        write_target(name, table(name).file_of(records));
    }

    std::vector<FailureEntry> failures;
    void write_failures() const;
    /// Makes the manifest fit the list of failures.
    void describe_failures();

    Manifest manifest;
    void write_manifest() const;
    [[nodiscard]] ManifestFile& file(std::string_view name);
    /// Makes length and checksum in the manifest fit what is on the disk, so that only the looks
    /// into the records can find a damage.
    void reseal();

 private:
    void write_all();

    ScratchFolder folder_;
    std::unique_ptr<FileSystem> files_ = make_posix_file_system();
    std::vector<Table> tables_;
};

/// The first finding with this reason, or nullptr.
[[nodiscard]] const Finding* find(const VerifyReport& report, Reason reason);

}  // namespace ffdump
