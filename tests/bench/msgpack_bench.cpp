// SPDX-License-Identifier: Apache-2.0
// Megabytes a second of RecordReader over msgpack against the least that could read it with the
// same library: msgpack-c's parser with a visitor that does nothing, record after record out of a
// buffer of 1 MiB. Alternating rounds; the best of each is printed, since noise only ever adds.

#include "reading_bench.hpp"
#include "support/made_msgpack.hpp"
#include "support/record_builder.hpp"

#include "ffdump/dump/record_reader.hpp"

#include <fmt/core.h>
#include <msgpack.hpp>

#include <algorithm>
#include <cstdint>
#include <cstring>
#include <string>
#include <string_view>

namespace {

using namespace ffdump;

constexpr std::size_t kRecords = 60000;
constexpr std::size_t kBufferBytes = std::size_t{1} << 20U;

std::string make_dump(std::size_t dimension) {
    RecordGenerator generator(dimension);
    std::string dump;
    for (std::size_t id = 0; id < kRecords; ++id) {
        const std::string box = mp_map({{"left", mp_uint(512, 2)},
                                        {"top", mp_uint(190, 1)},
                                        {"right", mp_uint(701, 2)},
                                        {"bottom", mp_uint(433, 2)}});
        const std::string meta =
            mp_map({{"timestamp", mp_str("2023-04-11T09:21:44.318472Z")},
                    {"camera", mp_uint(117, 0)},
                    {"camera_group", mp_uint(4, 0)},
                    {"score", mp_float64(0.9731842)},
                    {"bbox", box},
                    {"cam_name", mp_str("Entrance 3, hall B")},
                    {"matched", "\xC2"},
                    {"features", mp_map({{"age", mp_float64(34.11)}, {"gender", mp_str("MALE")}})},
                    {"source_photo", mp_str("faces/2023/04/11/a1.jpg")},
                    {"normalized_id", mp_str("n/2023/04/a.png")}});
        dump += mp_map({{"id", mp_uint(id)},
                        {"facen", mp_facen(generator.facen(dimension), "bin-float32le")},
                        {"meta", meta}});
    }
    return dump;
}

std::size_t with_reader(const std::string& dump) {
    CopyingSource source(dump);
    const Profile profile = builder_profile(Container::msgpack_stream);
    RecordReader reader(source, profile, "bench", {});
    RecordBlock block;
    std::size_t good = 0;
    while (reader.next(block).value()) {
        for (const RecordSpan& span : block.spans) {
            good += span.bad < 0 && span.facen.size != 0 ? 1U : 0U;
        }
    }
    return good;
}

std::size_t with_bare_visitor(const std::string& dump) {
    CopyingSource source(dump);
    std::string buffer(kBufferBytes, '\0');
    msgpack::null_visitor visitor;
    std::size_t records = 0;
    std::size_t held = 0;
    for (;;) {
        const std::size_t count = source.read({buffer.data() + held, kBufferBytes - held}).value();
        if (count == 0) {
            return records;
        }
        held += count;
        std::size_t at = 0;
        for (std::size_t end = 0; at < held && msgpack::parse(buffer.data(), held, end, visitor);) {
            at = end;
            ++records;
        }
        std::memmove(buffer.data(), buffer.data() + at, held - at);
        held -= at;
    }
}

}  // namespace

int main(int argc, char** argv) {
    const int rounds = static_cast<int>(number_or(argc, argv, 1, 15));
    bool agree = true;
    for (const std::size_t dimension : {std::size_t{320}, std::size_t{480}}) {
        const std::string dump = make_dump(dimension);
        std::size_t bare = 0;
        std::size_t read = 0;
        double best_bare = 0;
        double best_read = 0;
        for (int i = 0; i < rounds; ++i) {
            best_bare = std::max(
                best_bare, megabytes_a_second(dump, bare, [&] { return with_bare_visitor(dump); }));
            best_read = std::max(best_read,
                                 megabytes_a_second(dump, read, [&] { return with_reader(dump); }));
        }
        agree = agree && bare == kRecords && read == kRecords;
        fmt::print(
            "{} floats, {} bytes a record, best of {}: bare visitor {:.0f} MB/s, reader "
            "{:.0f} MB/s ({:.0f} %)\n",
            dimension, dump.size() / kRecords, rounds, best_bare, best_read,
            100 * best_read / best_bare);
    }
    if (!agree) {
        fmt::print("the loops do not agree on what they read\n");
    }
    return agree ? 0 : 1;
}
