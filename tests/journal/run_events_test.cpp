// SPDX-License-Identifier: Apache-2.0
#include "ffdump/journal/run_events.hpp"

#include "sample_events.hpp"

#include <catch2/catch.hpp>
#include <msgpack.hpp>

#include <string>

namespace ffdump {
namespace {

template <class Value>
std::string packed(const Value& value) {
    msgpack::sbuffer buffer;
    msgpack::pack(buffer, value);
    return {buffer.data(), buffer.size()};
}

/// A payload as its fields, for changing single ones of them.
class Payload {
 public:
    explicit Payload(const std::string& payload) {
        const msgpack::object_handle handle = msgpack::unpack(payload.data(), payload.size());
        for (const auto& [key, value] : handle->as<std::map<std::string, msgpack::object>>()) {
            fields_[key] = packed(value);
        }
    }

    Payload& without(const std::string& key) {
        fields_.erase(key);
        return *this;
    }
    template <class Value>
    Payload& with(const std::string& key, const Value& value) {
        fields_[key] = packed(value);
        return *this;
    }
    [[nodiscard]] std::vector<std::string> keys() const {
        std::vector<std::string> all;
        all.reserve(fields_.size());
        for (const auto& [key, value] : fields_) {
            all.push_back(key);
        }
        return all;
    }
    [[nodiscard]] std::string bytes() const {
        msgpack::sbuffer buffer;
        msgpack::packer<msgpack::sbuffer> packer(buffer);
        packer.pack_map(static_cast<std::uint32_t>(fields_.size()));
        for (const auto& [key, value] : fields_) {
            packer.pack(key);
            buffer.write(value.data(), value.size());
        }
        return {buffer.data(), buffer.size()};
    }

 private:
    std::map<std::string, std::string> fields_;
};

template <class Event>
std::string problem(const Result<Event>& decoded) {
    REQUIRE_FALSE(decoded);
    CHECK(decoded.error().reason() == Reason::journal_damaged);
    return decoded.error().detail();
}

TEST_CASE("a run's beginning survives the journal") {
    const RunBegin begin = sample_run_begin();
    const RunBegin read = decode_run_begin(encode(begin)).value();
    CHECK(read.run_id == begin.run_id);
    CHECK(read.sequence == 2);
    CHECK(read.parent_run == begin.parent_run);
    CHECK(read.tool_version == begin.tool_version);
    CHECK(read.started == begin.started);
    CHECK(read.source == begin.source);
    CHECK(read.retry_failed);
    CHECK(read.opt_outs == begin.opt_outs);
    CHECK(read.settings == begin.settings);
    CHECK(read.files == begin.files);
    CHECK(decode_run_begin(encode(RunBegin())).value().files.empty());
}

TEST_CASE("a commit survives the journal") {
    const CommitEvent event = sample_commit();
    const CommitEvent read = decode_commit(encode(event)).value();
    CHECK(read.file == 1);
    CHECK(read.source_offset == 2);
    CHECK(read.source_line == 3);
    CHECK(read.source_ordinal == 4);
    CHECK(read.target_offset == 0xFFFFFFFFFFFFFFFF);
    CHECK(read.region_begin == 6);
    CHECK(read.region_hash == event.region_hash);
    CHECK(read.failures_offset == 7);
    CHECK(read.failures_hash == event.failures_hash);
    CHECK(read.emitted == 8);
    CHECK(read.first_lead == event.first_lead);
    CHECK(read.has_first_lead);
    CHECK(read.slash_escaped);
    CHECK(read.head == event.head);
    CHECK(read.tally == event.tally);
    const CommitEvent empty = decode_commit(encode(CommitEvent())).value();
    CHECK(empty.tally == Tally());
    CHECK_FALSE(empty.has_first_lead);
}

TEST_CASE("a seal and a rename survive the journal") {
    const FileSealed event = sample_sealed();
    const FileSealed read = decode_file_sealed(encode(event)).value();
    CHECK(read.file == event.file);
    CHECK(read.bytes == event.bytes);
    CHECK(read.sha256 == event.sha256);
    CHECK(read.source_sha256.empty());
    CHECK(read.tally == event.tally);
    CHECK(decode_file_renamed(encode(FileRenamed{7})).value().file == 7);
}

TEST_CASE("a missing field of an event is named, whichever it is") {
    const std::string begin = encode(sample_run_begin());
    CHECK(Payload(begin).keys().size() == 10);
    for (const std::string& key : Payload(begin).keys()) {
        CHECK(problem(decode_run_begin(Payload(begin).without(key).bytes())) ==
              "a record RUN_BEGIN of the journal: field " + key + " is missing");
    }
    const std::string commit = encode(sample_commit());
    CHECK(Payload(commit).keys().size() == 15);
    for (const std::string& key : Payload(commit).keys()) {
        CHECK(problem(decode_commit(Payload(commit).without(key).bytes())) ==
              "a record COMMIT of the journal: field " + key + " is missing");
    }
    const std::string sealed = encode(sample_sealed());
    for (const std::string& key : Payload(sealed).keys()) {
        CHECK(problem(decode_file_sealed(Payload(sealed).without(key).bytes())) ==
              "a record FILE_SEALED of the journal: field " + key + " is missing");
    }
}

TEST_CASE("a field of the wrong type is named, whichever it is") {
    const std::string commit = encode(sample_commit());
    for (const std::string& key : Payload(commit).keys()) {
        CHECK(problem(decode_commit(Payload(commit).with(key, -1).bytes())) ==
              "a record COMMIT of the journal: field " + key + " has the wrong type");
    }
    const std::string begin = encode(sample_run_begin());
    for (const std::string& key : Payload(begin).keys()) {
        CHECK(problem(decode_run_begin(Payload(begin).with(key, 0.5).bytes())) ==
              "a record RUN_BEGIN of the journal: field " + key + " has the wrong type");
    }
}

TEST_CASE("values that do not fit are refused") {
    const std::string renamed = encode(FileRenamed{7});
    CHECK(problem(decode_file_renamed(Payload(renamed).with("file", 1ULL << 32U).bytes())) ==
          "a record FILE_RENAMED of the journal: field file is too large");
    const std::string begin = encode(sample_run_begin());
    CHECK(problem(decode_run_begin(
              Payload(begin).with("settings", std::map<std::string, int>{{"a", 1}}).bytes())) ==
          "a record RUN_BEGIN of the journal: field settings is not a map of texts");
    CHECK(problem(decode_run_begin(Payload(begin).with("files", std::vector<int>{1}).bytes())) ==
          "a record RUN_BEGIN of the journal: field files is not right: it is not a map");
    CHECK(problem(decode_run_begin(
              Payload(begin).with("files", std::vector<std::map<std::string, int>>{{}}).bytes())) ==
          "a record RUN_BEGIN of the journal: field files is not right: field name is missing");
    CommitEvent endless = sample_commit();
    endless.tally.norm_max = std::numeric_limits<double>::infinity();
    CHECK(problem(decode_commit(encode(endless))) ==
          "a record COMMIT of the journal: field tally is not right: field norm_max is not finite");
}

TEST_CASE("a field that a newer version added is passed over") {
    const std::string payload = Payload(encode(sample_commit())).with("newer", 1).bytes();
    CHECK(decode_commit(payload).value().tally == sample_tally());
}

TEST_CASE("a field that stands there twice is refused") {
    const std::string twice =
        std::string("\x82") + "\xA4" + "file" + "\x07" + "\xA4" + "file" + "\x08";
    CHECK(problem(decode_file_renamed(twice)) ==
          "a record FILE_RENAMED of the journal: field file stands there twice");
}

TEST_CASE("an event cut at any length is refused") {
    const std::string commit = encode(sample_commit());
    for (std::size_t length = 0; length < commit.size(); ++length) {
        REQUIRE(problem(decode_commit(commit.substr(0, length))).starts_with("a record COMMIT"));
    }
    const std::string begin = encode(sample_run_begin());
    for (std::size_t length = 0; length < begin.size(); ++length) {
        REQUIRE(problem(decode_run_begin(begin.substr(0, length))).starts_with("a record RUN_"));
    }
    CHECK(problem(decode_commit(commit + "x")) ==
          "a record COMMIT of the journal: bytes are left over");
}

TEST_CASE("no byte of an event makes decoding do anything but answer") {
    const std::string commit = encode(sample_commit());
    std::size_t refused = 0;
    for (std::size_t i = 0; i < commit.size(); ++i) {
        for (int value = 0; value < 256; ++value) {
            std::string changed = commit;
            changed[i] = static_cast<char>(value);
            const Result<CommitEvent> decoded = decode_commit(changed);
            refused += decoded ? 0 : 1;
            REQUIRE((decoded || decoded.error().reason() == Reason::journal_damaged));
        }
    }
    CHECK(refused > 0);
}

TEST_CASE("a payload that asks for much memory or depth is refused before it gets any") {
    CHECK(problem(decode_commit(std::string("\xdd\xff\xff\xff\xff\x01", 6))) ==
          "a record COMMIT of the journal: array size overflow");
    CHECK(problem(decode_commit(std::string("\xdf\xff\xff\xff\xff\x01", 6))) ==
          "a record COMMIT of the journal: map size overflow");
    CHECK(problem(decode_commit(std::string("\xc6\xff\xff\xff\xff\x01", 6))) ==
          "a record COMMIT of the journal: insufficient bytes");
    CHECK(problem(decode_commit(std::string(100'000, '\x91'))) ==
          "a record COMMIT of the journal: depth size overflow");
    CHECK(problem(decode_commit("\x01")) == "a record COMMIT of the journal: it is not a map");
}

}  // namespace
}  // namespace ffdump
