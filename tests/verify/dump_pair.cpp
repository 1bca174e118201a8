// SPDX-License-Identifier: Apache-2.0
#include "dump_pair.hpp"

#include "support/hash_of.hpp"

#include "ffdump/io/sha256.hpp"
#include "ffdump/journal/output_directory.hpp"

#include <algorithm>
#include <cmath>
#include <random>
#include <stdexcept>

namespace ffdump {
namespace {

const Profile& profile_of(Container container) {
    const std::vector<Profile>& profiles = shipped_profiles();
    return *std::ranges::find(profiles, container, &Profile::container);
}

RecordSums sums_of(RecordDigester& digester, const Row& row) {
    RecordSums sums;
    sums.count = 1;
    if (!row.bad.empty()) {
        sums.rest = digester.bad(row.bad);
        return sums;
    }
    std::vector<std::string_view> pieces{row.head, row.middle};
    if (row.old_model) {
        pieces.emplace_back(row.foot);
    }
    sums.ids = digester.ids(row.id);
    sums.rest = digester.rest(row.id, pieces);
    return sums;
}

void book(Tally& tally, RecordDigester& digester, const Table& table, const Row& row) {
    RecordSums sums = sums_of(digester, row);
    tally.source += sums;
    if (row.old_model) {
        tally.old_model = *row.old_model;
        ++tally.with_model;
    }
    if (row.fate == Row::Fate::failed) {
        tally.failed += sums;
        ++tally.failed_by_reason[std::string(reason_name(row.reason))];
    } else if (row.fate == Row::Fate::excluded) {
        tally.excluded += sums;
    } else {
        if (table.action == "migrate") {
            sums.vec = digester.vec(row.id, row.fresh);
            tally.new_dimension = row.fresh.size();
            tally.norm_min = tally.norm_max = 1.0;
        }
        tally.target += sums;
    }
}

ManifestFile described(const Table& table) {
    const Profile& profile = profile_of(table.container);
    const std::string source = table.source();
    ManifestFile file;
    file.name = table.name;
    file.gallery = table.gallery;
    file.action = table.action;
    file.profile = profile.name;
    file.profile_sha256 = profile.sha256;
    file.source_bytes = source.size();
    file.source_fingerprint = hash_of(source);
    file.source_records = table.rows.size();
    if (table.action == "drop") {
        return file;
    }
    file.new_model = table.new_model;
    const std::string target = table.target();
    file.target_bytes = target.size();
    file.target_sha256 = sha256_hex(target);
    RecordDigester digester(table.gallery);
    for (const Row& row : table.rows) {
        book(file.tally, digester, table, row);
    }
    return file;
}

}  // namespace

std::string Row::with(const std::string& facen, const std::optional<std::string>& model) const {
    return head + facen + middle + (model ? *model + foot : "");
}
std::string Row::source() const {
    return bad.empty() ? with(old_facen, old_model) : bad;
}
std::string Row::migrated(const std::string& model) const {
    return with(facen_text(fresh), old_model ? std::optional(model) : std::nullopt);
}

std::string Table::file_of(const std::vector<std::string>& records) const {
    const bool in_array = is_array(container);
    const bool in_object = container == Container::json_object;
    if (in_array && !in_object && records.empty()) {
        return "[\n]\n";
    }
    std::string text = in_object ? "{\"faces\":[ " : in_array ? "[ " : "";
    for (std::size_t i = 0; i < records.size(); ++i) {
        if (in_array) {
            text += (i == 0 ? "" : "," + separator) + records[i];
        } else {
            text += records[i];
            text += i + 1 < records.size() || ends_with_newline ? separator : "";
        }
    }
    return text + (in_object  ? "\n],\"count\":" + std::to_string(records.size()) + "}\n"
                   : in_array ? "\n]\n"
                              : "");
}

std::string Table::source() const {
    std::vector<std::string> records(rows.size());
    std::ranges::transform(rows, records.begin(), &Row::source);
    std::string text = file_of(records);
    text.resize(text.size() - (is_unclosed ? 3U : 0U));
    return text.substr(is_unopened ? 2U : 0U);
}

std::vector<std::string> Table::target_records() const {
    std::vector<std::string> records;
    for (const Row& row : rows) {
        if (row.fate == Row::Fate::present) {
            records.push_back(action == "copy" ? row.source() : row.migrated(new_model));
        }
    }
    return records;
}

std::string Table::target() const {
    // A line end belongs to its record: the one before a last record without any keeps its own.
    Table copy = *this;
    copy.ends_with_newline |= !rows.empty() && rows.back().fate != Row::Fate::present;
    std::string text = copy.file_of(target_records());
    return is_unopened ? text.erase(1, 1) : text;
}

Facen made_facen(std::uint64_t seed, std::size_t dimension) {
    std::mt19937_64 engine(seed);
    std::normal_distribution<float> normal;
    Facen facen(dimension);
    std::ranges::generate(facen, [&] { return normal(engine); });
    const double norm = facen_norm(facen);
    for (float& value : facen) {
        value = static_cast<float>(value / norm);
    }
    return facen;
}

std::string facen_text(const Facen& facen, SlashStyle slash) {
    std::string text;
    append_facen(text, facen, slash);
    return text;
}

Row made_row(std::uint64_t id, bool has_model) {
    Row row;
    row.id = {id};
    row.head = "{\"id\": " + std::to_string(id) + R"(, "facen": ")";
    row.old_facen = facen_text(made_facen((id * 2) + 1));
    row.fresh = made_facen((id * 2) + 2);
    const std::string meta = R"("meta": {"normalized_id": "2026/)" + std::to_string(id) +
                             R"(.png", "n": 1.0e+02, "s": "\u00e9\/"})";
    if (has_model) {
        row.middle = "\", " + meta + R"(, "facen_model": ")";
        row.old_model = "old_320";
        row.foot = "\"}";
    } else {
        row.middle = "\", " + meta + "}";
    }
    return row;
}

std::vector<Table> DumpPair::usual_tables() {
    Table events{.name = "ffsec_face_events.json", .gallery = "ffsec_face_events", .rows = {}};
    for (std::uint64_t id = 1; id <= 12; ++id) {
        events.rows.push_back(made_row(id == 12 ? 18446744073709551615U : id * 10, true));
    }
    events.rows[3].fate = Row::Fate::failed;
    events.rows[4].fate = Row::Fate::failed;
    events.rows[4].reason = Reason::image_missing;
    events.rows[8].fate = Row::Fate::excluded;
    Table objects{.name = "ffsec_face_objects.json",
                  .gallery = "ffsec_face_objects",
                  .container = Container::json_array,
                  .new_model = "",
                  .separator = "\n  ",
                  .rows = {}};
    for (std::uint64_t id = 1; id <= 8; ++id) {
        objects.rows.push_back(made_row(id, false));
    }
    objects.rows[0].fate = Row::Fate::failed;
    Table bodies{.name = "ffsec_body_events.json",
                 .gallery = "ffsec_body_events",
                 .action = "copy",
                 .new_model = "",
                 .rows = {}};
    Table clusters{.name = "ffsec_face_clusters.json",
                   .gallery = "ffsec_face_clusters",
                   .action = "drop",
                   .new_model = "",
                   .rows = {}};
    for (std::uint64_t id = 1; id <= 4; ++id) {
        bodies.rows.push_back(made_row(id, false));
        clusters.rows.push_back(made_row(id + 100, false));
    }
    return {events, objects, bodies, clusters};
}

DumpPair::DumpPair(std::vector<Table> tables, std::vector<std::string> opt_outs)
    : tables_(std::move(tables)) {
    std::ranges::sort(tables_, {}, &Table::name);
    options.from = folder_.at("old");
    options.to = folder_.at("new");
    options.profiles = shipped_profiles();
    options.temporary_folder = folder_.text();
    manifest.run_id = "0123456789abcdef0123456789abcdef";
    manifest.tool_version = "0.1.0";
    manifest.started = "2026-11-24T08:00:00.000Z";
    manifest.ended = "2026-11-24T09:00:00.000Z";
    manifest.source = "old";
    manifest.settings["ffdump.norm_tolerance"] = "0.001";
    manifest.opt_outs = std::move(opt_outs);
    write_all();
}

void DumpPair::write_all() {
    for (const Table& table : tables_) {
        write_source(table.name, table.source());
        manifest.files.push_back(described(table));
        if (table.action == "drop") {
            continue;
        }
        write_target(table.name, table.target());
        for (std::size_t i = 0; i < table.rows.size(); ++i) {
            const Row& row = table.rows[i];
            if (row.fate == Row::Fate::failed) {
                FailureEntry entry;
                entry.file = table.name;
                entry.gallery = table.gallery;
                entry.ordinal = i;
                entry.id = row.bad.empty() ? std::optional(row.id) : std::nullopt;
                entry.reason = row.reason;
                entry.detail = "as the test says";
                entry.attempts = 1;
                entry.record = row.source();
                failures.push_back(std::move(entry));
            }
        }
    }
    write_failures();
    describe_failures();
    write_manifest();
}

void DumpPair::describe_failures() {
    const std::string bytes = file_bytes(OutputDirectory(options.to).failures());
    manifest.failures_bytes = bytes.size();
    manifest.failures_sha256 = sha256_hex(bytes);
    manifest.failures_records = failures.size();
    manifest.failures_by_reason.clear();
    for (const FailureEntry& entry : failures) {
        ++manifest.failures_by_reason[std::string(reason_name(entry.reason))];
    }
}

VerifyReport DumpPair::verify() const {
    Result<VerifyReport> report = ffdump::verify(*files_, options, {});
    if (!report) {
        throw std::runtime_error(report.error().one_line());
    }
    return std::move(*report);
}

VerifyReport DumpPair::verify_with(const std::string& excluded_ids) const {
    VerifyOptions with = options;
    with.excluded_ids = excluded_ids;
    with.excluded_ids_name = "excluded.txt";
    Result<VerifyReport> report = ffdump::verify(*files_, with, {});
    if (!report) {
        throw std::runtime_error(report.error().one_line());
    }
    return std::move(*report);
}

std::string DumpPair::source_path(std::string_view name) const {
    return options.from + "/" + std::string(name);
}
std::string DumpPair::target_path(std::string_view name) const {
    return options.to + "/" + std::string(name);
}
void DumpPair::write_source(std::string_view name, std::string_view bytes) const {
    folder_.write("old/" + std::string(name), bytes);
}
void DumpPair::write_target(std::string_view name, std::string_view bytes) const {
    folder_.write("new/" + std::string(name), bytes);
}
std::string DumpPair::target_bytes(std::string_view name) const {
    return file_bytes(target_path(name));
}

const Table& DumpPair::table(std::string_view name) const {
    return *std::ranges::find(tables_, name, &Table::name);
}
ManifestFile& DumpPair::file(std::string_view name) {
    return *std::ranges::find(manifest.files, name, &ManifestFile::name);
}

void DumpPair::write_failures() const {
    std::string text;
    for (const FailureEntry& entry : failures) {
        text += failure_line(entry);
    }
    write_target(".ffdump/failures.jsonl", text);
}

void DumpPair::write_manifest() const {
    write_target(".ffdump/manifest.json", manifest_text(manifest));
}

void DumpPair::reseal() {
    for (ManifestFile& sealed : manifest.files) {
        if (sealed.action != "drop" && std::filesystem::exists(target_path(sealed.name))) {
            const std::string bytes = target_bytes(sealed.name);
            sealed.target_bytes = bytes.size();
            sealed.target_sha256 = sha256_hex(bytes);
        }
    }
    write_manifest();
}

const Finding* find(const VerifyReport& report, Reason reason) {
    const auto it = std::ranges::find(report.findings, reason, &Finding::reason);
    return it == report.findings.end() ? nullptr : &*it;
}

}  // namespace ffdump
