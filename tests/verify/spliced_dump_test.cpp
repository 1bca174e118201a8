// SPDX-License-Identifier: Apache-2.0
#include "dump_pair.hpp"
#include "support/hash_of.hpp"

#include "ffdump/base/random.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/dump/record_splicer.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/sha256.hpp"
#include "ffdump/record/record_sums.hpp"

#include <catch2/catch.hpp>

#include <algorithm>

namespace ffdump {
namespace {

constexpr std::string_view kName = "g.json";

/// A file with whatever an operator's disk may have done to it.
std::string damaged_source(Random& random, Container container) {
    Table table{.name = std::string(kName), .gallery = "g", .container = container, .rows = {}};
    table.separator = random.bits() % 2 == 0 ? "\n" : " \r\n";
    table.ends_with_newline = random.bits() % 2 == 0;
    for (std::uint64_t i = 0; i < random.bits() % 12; ++i) {
        table.rows.push_back(made_row((random.bits() << 6U) | i, i % 3 != 0));
    }
    std::string text = table.source();
    for (std::uint64_t n = random.bits() % 4; n != 0 && !text.empty(); --n) {
        const std::size_t at = static_cast<std::size_t>(random.bits()) % text.size();
        switch (random.bits() % 4) {
            case 0:
                text[at] = "[]{},\"\n x"[random.bits() % 9];
                break;
            case 1:
                text.erase(at, static_cast<std::size_t>(random.bits() % 60));
                break;
            case 2:
                text.insert(at, "\n garbage,\n");
                break;
            default:
                text.resize(at);
                break;
        }
    }
    return text;
}

/// Reads a source and splices its target as migrate does: bad records fail, others by chance.
class Splicing {
 public:
    Splicing(DumpPair& pair, Random& random, Container container)
        : pair_(pair),
          random_(random),
          profile_(*std::ranges::find(shipped_profiles(), container, &Profile::container)),
          splicer_(profile_, {}) {}

    void run(const std::string& source) {
        ManifestFile& file = pair_.file(kName);
        const std::unique_ptr<ByteSource> bytes = make_memory_source(source);
        RecordReader reader(*bytes, profile_, std::string(kName), pair_.options.limits);
        RecordBlock block;
        for (;;) {
            const Result<bool> more = reader.next(block);
            REQUIRE(more);
            if (!*more) {
                break;
            }
            if (block.begin.offset == 0) {
                splicer_.header(target_, block);
            }
            for (std::size_t i = 0; i < block.size(); ++i) {
                take(block, i, file.tally);
            }
            if (block.last) {
                splicer_.trailer(target_, block);
            }
        }
        file.source_bytes = source.size();
        file.source_fingerprint = hash_of(source);
        file.source_records = file.tally.source.count;
        file.target_bytes = target_.size();
        file.target_sha256 = sha256_hex(target_);
        pair_.write_source(kName, source);
        pair_.write_target(kName, target_);
        pair_.write_failures();
        pair_.describe_failures();
        pair_.write_manifest();
    }

 private:
    void take(const RecordBlock& block, std::size_t i, Tally& tally) {
        const RecordSpan& span = block.spans[i];
        RecordSums sums{.count = 1, .ids = {}, .rest = {}, .vec = {}};
        if (block.is_bad(i)) {
            sums.rest = digester_.bad(block.record(i));
        } else {
            sums.ids = digester_.ids(span.id);
            sums.rest = digester_.rest(span.id, RestPieces(block, span).pieces());
        }
        tally.source += sums;
        const std::uint64_t chance = random_.bits() % 6;
        if (block.is_bad(i) || chance == 0) {
            tally.failed += sums;
            fail(block, i, tally);
        } else if (chance == 1) {
            tally.excluded += sums;
            splicer_.left_out(block, i);
        } else {
            const Facen fresh = made_facen(random_.bits());
            sums.vec = digester_.vec(span.id, fresh);
            tally.target += sums;
            tally.new_dimension = fresh.size();
            splicer_.changed(target_, block, i, fresh, "new_320");
        }
    }

    void fail(const RecordBlock& block, std::size_t i, Tally& tally) {
        FailureEntry entry;
        entry.file = kName;
        entry.gallery = "g";
        entry.ordinal = block.begin.ordinal + i;
        if (!block.is_bad(i)) {
            entry.id = block.spans[i].id;
        }
        entry.reason = block.is_bad(i) ? block.error_of(i).reason() : Reason::no_face;
        entry.record = block.record(i);
        ++tally.failed_by_reason[std::string(reason_name(entry.reason))];
        pair_.failures.push_back(std::move(entry));
        splicer_.left_out(block, i);
    }

    DumpPair& pair_;
    Random& random_;
    Profile profile_;
    FileSplicer splicer_;
    RecordDigester digester_{"g"};
    std::string target_;
};

}  // namespace

TEST_CASE("verify takes what FileSplicer makes of any source, however damaged") {
    const std::uint64_t seed = Random::from_system().bits();
    for (std::uint64_t i = 0; i < 300; ++i) {
        Random random(seed + i);
        const Container container =
            kAllContainers.at(static_cast<std::size_t>(random.bits() % kAllContainers.size()));
        const std::string source = damaged_source(random, container);
        INFO("seed " << seed << ", source " << i << ":\n" << source);
        Table table{.name = std::string(kName), .gallery = "g", .container = container, .rows = {}};
        // A damaged id may by chance become that of another record.
        DumpPair pair({std::move(table)}, {"skip-bad-records", "allow-duplicate-ids"});
        pair.options.limits.block_bytes = 1 + random.bits() % 2048;
        Splicing(pair, random, container).run(source);
        INFO(pair.target_bytes(kName));
        const VerifyReport report = pair.verify();
        INFO(render_text(report));
        REQUIRE(report.restorable);
    }
}

}  // namespace ffdump
