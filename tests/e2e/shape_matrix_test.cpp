// SPDX-License-Identifier: Apache-2.0
#include "ffdump_run.hpp"
#include "support/made_msgpack.hpp"
#include "support/made_png.hpp"

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/compression.hpp"
#include "ffdump/record/facen_encoding.hpp"
#include "ffdump/record/msgpack_token.hpp"

#include <catch2/catch.hpp>

#include <array>
#include <filesystem>
#include <fstream>
#include <functional>

namespace ffdump {
namespace {

// The same 2,000 records in every layout and packing: what comes out of migrate must say the same.
constexpr std::size_t kRecords = 2'000;
constexpr std::size_t kImages = 20;
constexpr std::size_t kMissing = 13;  // an image that is not there: 100 records fail

struct Shape {
    std::string name;
    std::string profile;  ///< its text; empty: a shipped one, recognised
    std::string before;
    std::string between;
    std::string after;
    std::string encoding = "base64-float32le";
    Notation notation = Notation::json;
    bool in_tuples = false;
    bool is_variant = false;  ///< of the spelling of facens alone: not tried in every packing
    bool is_odd = false;      ///< meta holds what not every layout can carry
};

std::string own_profile(const std::string& container, const std::string& encoding) {
    return "name: own\nversion: 1\ncontainer: " + container +
           "\nrecord: {id: id, facen: facen, facen_model: facen_model, meta: meta, "
           "normalized_id: meta.normalized_id}\nfacen_encoding: " +
           encoding + "\n";
}

std::vector<Shape> shapes() {
    const std::string header = R"("gallery":"faces","facen_model":"old_8","facen_size":8)";
    const std::string count = std::to_string(kRecords);
    std::vector<Shape> all{
        {"lines", "", "", "\n", "\n"},
        {"array", "", "[\n", ",\n", "\n]\n"},
        {"stream", "", "", "", ""},
        {"header", "", "{" + header + "}\n", "\n", "\n{\"count\":" + count + "}\n"},
        {"object", "", "{" + header + ",\"faces\":[", ", ", "],\"count\":" + count + "}"},
        {"counting-header", "", "{\"count\":" + count + "," + header + "}\n", "\n", "\n"},
        {"counting-object", "", "{" + header + ",\"count\":" + count + ",\"faces\":[", ", ", "]}"},
    };
    for (const std::string_view word : FacenEncoding::words()) {
        const std::string encoding(word);
        if (!FacenEncoding::of(word)->is_binary()) {
            all.push_back(
                {encoding, own_profile("json_lines", encoding), "", "\n", "\n", encoding});
            all.back().is_odd = true;
        }
    }
    const std::string bin = "bin-float32le";
    const std::string head = "\xDD" + mp_bytes(kRecords, 4);
    const std::string short_head = "\xDC" + mp_bytes(kRecords, 2);
    all.push_back({"mp-stream", "", "", "", "", bin, Notation::msgpack});
    all.push_back({"mp-array", "", head, "", "", bin, Notation::msgpack});
    all.push_back({"mp-tuples", "", "", "", "", bin, Notation::msgpack, true});
    for (const std::string_view word : FacenEncoding::words()) {
        const std::string encoding(word);
        all.push_back({"mp-" + encoding, own_profile("msgpack_array", encoding), short_head, "", "",
                       encoding, Notation::msgpack, false, true, true});
    }
    return all;
}

std::string image_of(std::size_t id) {
    return "1_image" + std::to_string(id % kImages) + ".png";
}

/// The value of meta, which is never changed.
std::string meta_of(std::size_t id, const Shape& shape) {
    if (shape.notation == Notation::json) {
        return R"({"x":)" + std::string(shape.is_odd ? "1.0e+2" : "7") +
               R"(,"n":null,"normalized_id":")" + image_of(id) + R"("})";
    }
    MpPairs pairs{{"x", mp_uint(7, 4)}, {"n", kMpNil}, {"normalized_id", mp_str(image_of(id))}};
    if (shape.is_odd) {
        pairs.emplace_back("t", mp_ext(1, "12345678"));
    }
    return mp_map(pairs);
}

std::string record_text(std::size_t id, const Shape& shape, const FacenEncoding& encoding) {
    Facen facen(8, 0.0F);
    facen.at(id % facen.size()) = 1.0F;
    const std::string meta = meta_of(id, shape);
    if (shape.notation == Notation::msgpack) {
        const std::string vector = mp_facen(facen, shape.encoding);
        return shape.in_tuples ? mp_array({mp_uint(id), vector, mp_str("old_8"), meta})
                               : mp_map({{"id", mp_uint(id)},
                                         {"facen", vector},
                                         {"facen_model", mp_str("old_8")},
                                         {"meta", meta}});
    }
    std::string text;
    append_facen(text, facen, encoding, SlashStyle::plain, "");
    const std::string quote = encoding.form == FacenEncoding::Form::numbers ? "" : "\"";
    return "{\"id\":" + std::to_string(id) + ",\"facen\":" + quote + text + quote +
           R"(,"facen_model":"old_8","meta":)" + meta + "}";
}

std::string file_of(const Shape& shape) {
    const FacenEncoding encoding = FacenEncoding::of(shape.encoding).value();
    std::string text = shape.before;
    for (std::size_t id = 1; id <= kRecords; ++id) {
        text += (id == 1 ? "" : shape.between) + record_text(id, shape, encoding);
    }
    return text + shape.after;
}

std::string packed(const std::string& text, const Compression& how) {
    constexpr std::size_t kFrame = 100'000;
    const auto packer = make_byte_packer(how);
    std::string bytes;
    for (std::size_t at = 0; at < text.size(); at += kFrame) {
        REQUIRE(packer->add(bytes, std::string_view(text).substr(at, kFrame)));
        REQUIRE(packer->end_frame(bytes));
    }
    return bytes;
}

/// A new file as one layout: id, image, model, rest of meta, and the facen as float16 has it, a
/// line a record; then what header and trailer state.
std::string one_layout(const std::string& path, const Shape& shape) {
    const auto files = make_posix_file_system();
    const auto file = files->open_read(path).value();
    std::string bytes;
    {
        const auto source = make_unpacked_file_source(*file).value();
        std::string piece(1U << 20U, '\0');
        for (std::size_t got = 1; got != 0; bytes.append(piece, 0, got)) {
            got = source->read(piece).value();
        }
    }
    const Profile profile = shape.profile.empty()
                                ? recognise(bytes, true, shipped_profiles()).value().profile
                                : parse_profile(shape.profile, "own").value();
    const auto source = make_memory_source(bytes);
    RecordReader reader(*source, profile, path, {});
    RecordBlock block;
    std::string text;
    while (reader.next(block).value()) {
        for (std::size_t i = 0; i < block.size(); ++i) {
            REQUIRE_FALSE(block.is_bad(i));
            const RecordSpan& span = block.spans[i];
            const Facen facen =
                decode_facen(block.view(span.facen), profile.facen_encoding).value();
            text += std::to_string(span.id.value) + " ";
            text += block.text(span.normalized_id).value() + " ";
            text += block.text(span.facen_model).value();
            append_facen(text, facen, FacenEncoding::of("base64-float16le").value(),
                         SlashStyle::plain, "");
            text += '\n';
            REQUIRE(has(block.record(i), meta_of(static_cast<std::size_t>(span.id.value), shape)));
        }
        for (const auto& [around, values] : {std::pair{block.header, block.header_values},
                                             std::pair{block.trailer, block.trailer_values}}) {
            const std::string_view stated = block.view(around);
            CHECK((!values.facen_model ||
                   stated.substr(values.facen_model->begin, values.facen_model->size) == "new_16"));
            CHECK((!values.dimension ||
                   stated.substr(values.dimension->begin, values.dimension->size) == "16"));
            const std::string count = shape.notation == Notation::json
                                          ? "1900"
                                          : msgpack_array_head(1900, stated).value_or("");
            CHECK(
                (!values.count || stated.substr(values.count->begin, values.count->size) == count));
        }
    }
    return text;
}

/// The new dump as JSON lines.
std::string as_lines(const ScratchFolder& folder, const std::string& dump) {
    const std::string to = folder.at("lines");
    std::filesystem::remove_all(to);
    const ChildEnd end = run_ffdump(
        {"convert", "--from", dump, "--to", to, "--format", "json-lines", "--compress", "none"});
    INFO(end.err);
    REQUIRE(end.code == 0);
    return dump_files(to).at("faces.json");
}

constexpr std::string_view kConfiguration = R"(extraction-api:
  extraction-api: http://127.0.0.1:1
workers_num: 2
extraction_batch_size: 50
normalized_storage:
  type: directory
  enabled: True
  directory: {path: uploads}
ffdump:
  model: new_16
  retry: {base_delay: 2ms, max_delay: 10ms, probe_max: 20ms}
  galleries: {faces: {dimension: 16}}
)";

}  // namespace

TEST_CASE("the same records in any layout and packing are migrated to the same") {
    const ScratchFolder folder;
    for (std::size_t image = 0; image < kImages; ++image) {
        if (image != kMissing) {
            folder.write("uploads/" + image_of(image), face_png(image));
        }
    }
    folder.write("migration.ini", kConfiguration);
    const Simulator service(
        {"--images", folder.at("uploads"), "--model", "new_16", "--dimension", "16"});
    std::string wanted;
    std::string wanted_lines;
    for (const Shape& shape : shapes()) {
        const std::string plain = file_of(shape);
        folder.write("own.yaml", shape.profile);
        for (const char* const how : {"none", "zstd", "gzip"}) {
            if (shape.is_variant && std::string_view(how) != "none") {
                continue;
            }
            INFO(shape.name << ", " << how);
            const std::string from = "dump-" + shape.name + "-" + how;
            const std::string to = folder.at("new-" + shape.name + "-" + how);
            const Compression packing = Compression::parse(how).value();
            folder.write(from + "/" + packed_name("faces.json", packing.kind),
                         packed(plain, packing));
            Arguments format;
            if (!shape.profile.empty()) {
                format = {"--format", folder.at("own.yaml")};
            }
            Arguments migrate{"migrate",  "--config",           folder.at("migration.ini"),
                              "--from",   folder.at(from),      "--to",
                              to,         "--extraction-api",   service.url(),
                              "--images", folder.at("uploads"), "--log-level",
                              "error"};
            migrate.insert(migrate.end(), format.begin(), format.end());
            const ChildEnd end = run_ffdump(migrate);
            INFO(end.err);
            REQUIRE(end.code == 3);
            const ChildEnd verified = verify(folder.at(from), to, format);
            INFO(verified.out);
            REQUIRE(last_line(verified.out) == "restorable (100 records failed, 0 excluded)");
            const std::string text =
                one_layout(to + "/" + packed_name("faces.json", packing.kind), shape);
            wanted = wanted.empty() ? text : wanted;
            REQUIRE((text == wanted));
            if (!shape.is_odd) {
                const std::string lines = as_lines(folder, to);
                wanted_lines = wanted_lines.empty() ? lines : wanted_lines;
                REQUIRE((lines == wanted_lines));
            }
        }
    }
    CHECK(lines_of(wanted).size() == kRecords - (kRecords / kImages));
    CHECK(lines_of(wanted_lines).size() == kRecords - (kRecords / kImages));
}

}  // namespace ffdump
