// SPDX-License-Identifier: Apache-2.0
#include "msgpack_sink.hpp"
#include "number_spelling.hpp"
#include "value_translation.hpp"

#include <nlohmann/json.hpp>

#include <bit>
#include <cstdint>
#include <utility>
#include <vector>

namespace ffdump {
namespace {

using Json = nlohmann::json;

/// Elements of each object and array, in the order in which they open: msgpack has their number in
/// front of them.
class ElementCounter final : public nlohmann::json_sax<Json> {
 public:
    [[nodiscard]] std::vector<std::uint32_t> counts() && { return std::move(counts_); }

    bool null() override { return element(); }
    bool boolean(bool /*val*/) override { return element(); }
    bool number_integer(number_integer_t /*val*/) override { return element(); }
    bool number_unsigned(number_unsigned_t /*val*/) override { return element(); }
    bool number_float(number_float_t /*val*/, const string_t& /*s*/) override { return element(); }
    bool string(string_t& /*val*/) override { return element(); }
    bool binary(binary_t& /*val*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override { return open(); }
    bool key(string_t& /*val*/) override { return true; }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override { return open(); }
    bool end_array() override { return close(); }
    // What it is about is said by whoever reads the text for the second time.
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& /*error*/) override {
        return false;
    }

 private:
    bool element() {
        if (!open_.empty()) {
            ++counts_[open_.back()];
        }
        return true;
    }
    bool open() {
        element();
        open_.push_back(counts_.size());
        counts_.push_back(0);
        return true;
    }
    bool close() {
        open_.pop_back();
        return true;
    }

    std::vector<std::uint32_t> counts_;
    std::vector<std::size_t> open_;
};

/// Writes what nlohmann reads.
class MsgpackSpeller final : public nlohmann::json_sax<Json> {
 public:
    MsgpackSpeller(std::string& out, std::vector<std::uint32_t> counts)
        : sink_{out}, packer_(sink_), counts_(std::move(counts)) {}

    [[nodiscard]] const char* complaint() const noexcept { return complaint_; }
    /// Keys on the way to what is complained about.
    [[nodiscard]] FieldPath way() const {
        FieldPath keys;
        for (const Level& level : open_) {
            if (level.has_key) {
                keys.push_back(level.is_object ? level.key : std::to_string(level.index));
            }
        }
        return keys;
    }

    bool null() override {
        return packed([this] { packer_.pack_nil(); });
    }
    bool boolean(bool val) override {
        return packed([&] { val ? packer_.pack_true() : packer_.pack_false(); });
    }
    bool number_integer(number_integer_t val) override {
        // Only what has a minus comes here, and of integers only msgpack's floats know that zero.
        return packed(
            [&] { val == 0 ? float64(-0.0) : static_cast<void>(packer_.pack_int64(val)); });
    }
    bool number_unsigned(number_unsigned_t val) override {
        return packed([&] { packer_.pack_uint64(val); });
    }
    bool number_float(number_float_t val, const string_t& s) override {
        if (s.find_first_of(".eE") == string_t::npos) {
            return complain("an integer beyond the 64 bits of msgpack");
        }
        if (!is_spelling_of(s, val)) {
            return complain("a number with more digits than the float64 of msgpack has");
        }
        return packed([&] { float64(val); });
    }
    bool string(string_t& val) override {
        return packed([&] { text(val); });
    }
    bool binary(binary_t& /*val*/) override { return false; }
    bool start_object(std::size_t /*elements*/) override {
        packer_.pack_map(counts_[next_++]);
        open_.push_back({.is_object = true, .has_key = false, .key = {}, .index = 0});
        return true;
    }
    bool key(string_t& val) override {
        text(val);
        open_.back().key = std::move(val);
        open_.back().has_key = true;
        return true;
    }
    bool end_object() override { return close(); }
    bool start_array(std::size_t /*elements*/) override {
        packer_.pack_array(counts_[next_++]);
        open_.push_back({.is_object = false, .has_key = true, .key = {}, .index = 0});
        return true;
    }
    bool end_array() override { return close(); }
    bool parse_error(std::size_t /*at*/, const std::string& /*token*/,
                     const nlohmann::detail::exception& error) override {
        // The value has been proved to be JSON, but for what JSON leaves open.
        constexpr int kBeyondDouble = 406;
        return complain(error.id == kBeyondDouble
                            ? "a number beyond the float64 of msgpack"
                            : "a text that is not UTF-8, which a str of msgpack is");
    }

 private:
    struct Level {
        bool is_object;
        bool has_key;  ///< of an object: not while its key is read
        std::string key;
        std::size_t index;
    };

    bool complain(const char* what) {
        complaint_ = what;
        return false;
    }
    /// The packer would make integers of whole numbers.
    void float64(double value) {
        constexpr unsigned kBits = 64;
        const auto bits = std::bit_cast<std::uint64_t>(value);
        std::string bytes = "\xCB";
        for (unsigned shift = kBits; shift > 0; shift -= 8) {
            bytes += static_cast<char>((bits >> (shift - 8U)) & 0xFFU);
        }
        sink_.write(bytes.data(), bytes.size());
    }
    void text(const std::string& plain) {
        packer_.pack_str(static_cast<std::uint32_t>(plain.size()));
        packer_.pack_str_body(plain.data(), static_cast<std::uint32_t>(plain.size()));
    }
    template <class Pack>
    bool packed(const Pack& pack) {
        pack();
        return passed();
    }
    bool passed() {
        if (!open_.empty()) {
            ++open_.back().index;
            open_.back().has_key = !open_.back().is_object;
        }
        return true;
    }
    bool close() {
        open_.pop_back();
        return passed();
    }

    StringSink sink_;
    MsgpackPacker packer_;
    std::vector<std::uint32_t> counts_;
    std::size_t next_ = 0;
    std::vector<Level> open_;
    const char* complaint_ = "no value of JSON";
};

}  // namespace

Result<void> append_msgpack_of_json(std::string& out, std::string_view text, FieldPath& fault) {
    ElementCounter counter;
    if (text.find_first_of("{[") != std::string_view::npos) {
        // A fault is met again.
        static_cast<void>(Json::sax_parse(text, &counter));
    }
    MsgpackSpeller speller(out, std::move(counter).counts());
    if (!Json::sax_parse(text, &speller)) {
        fault = speller.way();
        return failed(Reason::layout_cannot_carry, speller.complaint());
    }
    return {};
}

}  // namespace ffdump
