// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/run_events.hpp"

#include "journal_layout.hpp"
#include "msgpack_fields.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <utility>

namespace ffdump {
namespace {

constexpr std::size_t kMostFiles = 1U << 20U;
constexpr std::size_t kMostKeys = 1U << 16U;
constexpr std::size_t kMostDepth = 8;

using Packer = msgpack::packer<msgpack::sbuffer>;

/// Texts go out as `bin`, since paths and leads are bytes and need not be UTF-8; keys as `str`.
class MapWriter {
 public:
    MapWriter(Packer& packer, std::uint32_t fields) : packer_(packer) { packer_.pack_map(fields); }

    MapWriter& put(std::string_view key, std::uint64_t number) {
        packer_.pack(key);
        packer_.pack_uint64(number);
        return *this;
    }
    MapWriter& put(std::string_view key, double number) {
        packer_.pack(key);
        packer_.pack_double(number);
        return *this;
    }
    MapWriter& put(std::string_view key, std::string_view text) {
        packer_.pack(key);
        put_text(text);
        return *this;
    }
    MapWriter& put_flag(std::string_view key, bool flag) {
        packer_.pack(key);
        packer_.pack(flag);
        return *this;
    }
    MapWriter& put_map(std::string_view key, const std::map<std::string, std::string>& texts) {
        packer_.pack(key);
        packer_.pack_map(static_cast<std::uint32_t>(texts.size()));
        for (const auto& [name, text] : texts) {
            packer_.pack(name);
            put_text(text);
        }
        return *this;
    }
    MapWriter& put_map(std::string_view key, const std::map<std::string, std::uint64_t>& numbers) {
        packer_.pack(key);
        packer_.pack_map(static_cast<std::uint32_t>(numbers.size()));
        for (const auto& [name, number] : numbers) {
            packer_.pack(name);
            packer_.pack_uint64(number);
        }
        return *this;
    }
    /// The value is written by the caller next.
    Packer& begin(std::string_view key) {
        packer_.pack(key);
        return packer_;
    }

 private:
    void put_text(std::string_view text) {
        packer_.pack_bin(static_cast<std::uint32_t>(text.size()));
        packer_.pack_bin_body(text.data(), static_cast<std::uint32_t>(text.size()));
    }

    Packer& packer_;
};

void pack(Packer& packer, const RecordSums& sums) {
    MapWriter(packer, 4)
        .put("count", sums.count)
        .put("ids", sums.ids.hex())
        .put("rest", sums.rest.hex())
        .put("vec", sums.vec.hex());
}

void pack(Packer& packer, const Tally& tally) {
    MapWriter map(packer, tally.images_by_source.empty() ? 11 : 12);
    pack(map.begin("source"), tally.source);
    pack(map.begin("target"), tally.target);
    pack(map.begin("failed"), tally.failed);
    pack(map.begin("excluded"), tally.excluded);
    map.put_map("failed_by_reason", tally.failed_by_reason)
        .put("old_dimension", std::uint64_t{tally.old_dimension})
        .put("new_dimension", std::uint64_t{tally.new_dimension})
        .put("norm_min", tally.norm_min)
        .put("norm_max", tally.norm_max)
        .put("old_model", tally.old_model)
        .put("with_model", tally.with_model);
    if (!tally.images_by_source.empty()) {
        map.put_map("images_by_source", tally.images_by_source);
    }
}

void pack(Packer& packer, const PlannedFile& file) {
    MapWriter(packer, 15)
        .put("name", file.name)
        .put("target", file.target)
        .put("source_bytes", file.source_bytes)
        .put("gallery", file.gallery)
        .put("action", file.action)
        .put("profile", file.profile)
        .put("profile_sha256", file.profile_sha256)
        .put("device", file.identity.device)
        .put("inode", file.identity.inode)
        .put("size", file.identity.size)
        // Times before 1970 are negative; the bits are what matters, they are only compared.
        .put("mtime_ns", static_cast<std::uint64_t>(file.identity.mtime_ns))
        .put("ctime_ns", static_cast<std::uint64_t>(file.identity.ctime_ns))
        .put("records", file.records)
        .put("fingerprint", file.fingerprint)
        .put("new_model", file.new_model);
}

void take_sum(MsgpackFields& fields, std::string_view key, Sum128& out) {
    std::string hex;
    fields.take(key, hex);
    if (!fields.problem().empty()) {
        return;
    }
    if (const std::optional<Sum128> sum = Sum128::from_hex(hex)) {
        out = *sum;
    } else {
        fields.complain(key, "is not 32 hex digits");
    }
}

void take_sums(MsgpackFields& fields, std::string_view key, RecordSums& out) {
    fields.take_map(key, [&out](MsgpackFields& sums) {
        sums.take("count", out.count);
        take_sum(sums, "ids", out.ids);
        take_sum(sums, "rest", out.rest);
        take_sum(sums, "vec", out.vec);
    });
}

void take_tally(MsgpackFields& fields, Tally& out) {
    fields.take_map("tally", [&out](MsgpackFields& tally) {
        take_sums(tally, "source", out.source);
        take_sums(tally, "target", out.target);
        take_sums(tally, "failed", out.failed);
        take_sums(tally, "excluded", out.excluded);
        tally.take("failed_by_reason", out.failed_by_reason)
            .take("old_dimension", out.old_dimension)
            .take("new_dimension", out.new_dimension)
            .take("norm_min", out.norm_min)
            .take("norm_max", out.norm_max)
            .take("old_model", out.old_model)
            .take("with_model", out.with_model);
        if (tally.has("images_by_source")) {
            tally.take("images_by_source", out.images_by_source);
        }
    });
}

void take_file(MsgpackFields& fields, std::vector<PlannedFile>& out) {
    PlannedFile file;
    std::uint64_t mtime = 0;
    std::uint64_t ctime = 0;
    fields.take("name", file.name)
        .take("target", file.target)
        .take("source_bytes", file.source_bytes)
        .take("gallery", file.gallery)
        .take("action", file.action)
        .take("profile", file.profile)
        .take("profile_sha256", file.profile_sha256)
        .take("device", file.identity.device)
        .take("inode", file.identity.inode)
        .take("size", file.identity.size)
        .take("mtime_ns", mtime)
        .take("ctime_ns", ctime)
        .take("records", file.records)
        .take("fingerprint", file.fingerprint)
        .take("new_model", file.new_model);
    file.identity.mtime_ns = static_cast<std::int64_t>(mtime);
    file.identity.ctime_ns = static_cast<std::int64_t>(ctime);
    out.push_back(std::move(file));
}

Error damaged(std::string_view what, std::string_view problem) {
    return {Reason::journal_damaged, fmt::format("a record {} of the journal: {}", what, problem)};
}

/// Unpacks one bounded map and has `read` take its fields.
template <class Event, class Read>
Result<Event> decode(std::string_view payload, std::string_view what, Read read) {
    // A count is believed up to the bytes that are there, since msgpack-c allocates before it
    // reads.
    const auto bounded = [&](std::size_t limit) { return std::min(limit, payload.size()); };
    const msgpack::unpack_limit limit(bounded(kMostFiles), bounded(kMostKeys), kMostPayloadBytes,
                                      kMostPayloadBytes, 0, kMostDepth);
    try {
        std::size_t end = 0;
        const msgpack::object_handle handle =
            msgpack::unpack(payload.data(), payload.size(), end, nullptr, nullptr, limit);
        if (end != payload.size()) {
            return failed(damaged(what, "bytes are left over"));
        }
        MsgpackFields fields(handle.get());
        Event event;
        read(fields, event);
        if (!fields.problem().empty()) {
            return failed(damaged(what, fields.problem()));
        }
        return event;
    } catch (const msgpack::unpack_error& error) {
        return failed(damaged(what, error.what()));
    } catch (const msgpack::type_error&) {
        return failed(damaged(what, "it has the wrong type"));
    }
}

std::string text_of(const msgpack::sbuffer& buffer) {
    return {buffer.data(), buffer.size()};
}

}  // namespace

std::string encode(const RunBegin& event) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    MapWriter map(packer, 10);
    map.put("run_id", event.run_id)
        .put("sequence", event.sequence)
        .put("parent_run", event.parent_run)
        .put("tool_version", event.tool_version)
        .put("started", event.started)
        .put("source", event.source)
        .put_flag("retry_failed", event.retry_failed)
        .put("opt_outs", event.opt_outs)
        .put_map("settings", event.settings);
    map.begin("files").pack_array(static_cast<std::uint32_t>(event.files.size()));
    for (const PlannedFile& file : event.files) {
        pack(packer, file);
    }
    return text_of(buffer);
}

std::string encode(const CommitEvent& event) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    MapWriter map(packer, 15);
    map.put("file", std::uint64_t{event.file})
        .put("source_offset", event.source_offset)
        .put("source_line", event.source_line)
        .put("source_ordinal", event.source_ordinal)
        .put("target_offset", event.target_offset)
        .put("region_begin", event.region_begin)
        .put("region_hash", event.region_hash)
        .put("failures_offset", event.failures_offset)
        .put("failures_hash", event.failures_hash)
        .put("emitted", event.emitted)
        .put("first_lead", event.first_lead)
        .put_flag("has_first_lead", event.has_first_lead)
        .put_flag("slash_escaped", event.slash_escaped)
        .put("head", event.head);
    pack(map.begin("tally"), event.tally);
    return text_of(buffer);
}

std::string encode(const FileSealed& event) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    MapWriter map(packer, 5);
    map.put("file", std::uint64_t{event.file})
        .put("bytes", event.bytes)
        .put("sha256", event.sha256)
        .put("source_sha256", event.source_sha256);
    pack(map.begin("tally"), event.tally);
    return text_of(buffer);
}

std::string encode(const FileRenamed& event) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    MapWriter(packer, 1).put("file", std::uint64_t{event.file});
    return text_of(buffer);
}

std::string encode(const RunRewound& event) {
    msgpack::sbuffer buffer;
    Packer packer(buffer);
    MapWriter(packer, 1).put("first", event.first);
    return text_of(buffer);
}

Result<RunBegin> decode_run_begin(std::string_view payload) {
    return decode<RunBegin>(payload, "RUN_BEGIN", [](MsgpackFields& fields, RunBegin& event) {
        fields.take("run_id", event.run_id)
            .take("sequence", event.sequence)
            .take("parent_run", event.parent_run)
            .take("tool_version", event.tool_version)
            .take("started", event.started)
            .take("source", event.source)
            .take("retry_failed", event.retry_failed)
            .take("opt_outs", event.opt_outs)
            .take("settings", event.settings)
            .take_list("files", [&event](MsgpackFields& file) { take_file(file, event.files); });
    });
}

Result<CommitEvent> decode_commit(std::string_view payload) {
    return decode<CommitEvent>(payload, "COMMIT", [](MsgpackFields& fields, CommitEvent& event) {
        fields.take("file", event.file)
            .take("source_offset", event.source_offset)
            .take("source_line", event.source_line)
            .take("source_ordinal", event.source_ordinal)
            .take("target_offset", event.target_offset)
            .take("region_begin", event.region_begin)
            .take("region_hash", event.region_hash)
            .take("failures_offset", event.failures_offset)
            .take("failures_hash", event.failures_hash)
            .take("emitted", event.emitted)
            .take("first_lead", event.first_lead)
            .take("has_first_lead", event.has_first_lead)
            .take("slash_escaped", event.slash_escaped)
            .take("head", event.head);
        take_tally(fields, event.tally);
    });
}

Result<FileSealed> decode_file_sealed(std::string_view payload) {
    return decode<FileSealed>(payload, "FILE_SEALED", [](MsgpackFields& fields, FileSealed& event) {
        fields.take("file", event.file)
            .take("bytes", event.bytes)
            .take("sha256", event.sha256)
            .take("source_sha256", event.source_sha256);
        take_tally(fields, event.tally);
    });
}

Result<FileRenamed> decode_file_renamed(std::string_view payload) {
    return decode<FileRenamed>(
        payload, "FILE_RENAMED",
        [](MsgpackFields& fields, FileRenamed& event) { fields.take("file", event.file); });
}

Result<RunRewound> decode_run_rewound(std::string_view payload) {
    return decode<RunRewound>(payload, "REWOUND", [](MsgpackFields& fields, RunRewound& event) {
        fields.take("first", event.first);
    });
}

}  // namespace ffdump
