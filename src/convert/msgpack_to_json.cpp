// SPDX-License-Identifier: Apache-2.0
#include "value_translation.hpp"

#include "ffdump/base/printable.hpp"
#include "ffdump/dump/record_splicer.hpp"

#include <fmt/format.h>
#include <msgpack.hpp>

#include <cmath>
#include <cstddef>
#include <cstdint>
#include <iterator>
#include <vector>

namespace ffdump {
namespace {

constexpr const char* kNotUtf8 = "a text that is not UTF-8, which a text of JSON is";

/// Writes what msgpack-c reads.
class JsonSpeller : public msgpack::null_visitor {
 public:
    explicit JsonSpeller(std::string& out) : out_(out) {}

    [[nodiscard]] const char* complaint() const noexcept { return complaint_; }
    /// Keys on the way to what is complained about.
    [[nodiscard]] FieldPath way() const {
        FieldPath keys;
        for (const Level& level : open_) {
            if (!level.in_key) {
                keys.push_back(level.is_map ? std::string(level.key)
                                            : std::to_string(level.count - 1));
            }
        }
        return keys;
    }

    bool visit_nil() { return put("null"); }
    bool visit_boolean(bool v) { return put(v ? "true" : "false"); }
    bool visit_positive_integer(std::uint64_t v) { return put(fmt::format_int(v).c_str()); }
    bool visit_negative_integer(std::int64_t v) { return put(fmt::format_int(v).c_str()); }
    bool visit_float32(float v) { return number(static_cast<double>(v)); }
    bool visit_float64(double v) { return number(v); }
    bool visit_str(const char* v, std::uint32_t size) { return text({v, size}); }
    bool visit_bin(const char* v, std::uint32_t size) {
        return in_key() ? text({v, size}) : complain("a bin, which JSON has not");
    }
    bool visit_ext(const char* /*v*/, std::uint32_t /*size*/) {
        return complain("an ext, which JSON has not");
    }
    bool start_array(std::uint32_t /*count*/) { return open('[', false); }
    bool start_array_item() { return begin_element(); }
    bool end_array() { return close(']'); }
    bool start_map(std::uint32_t /*count*/) { return open('{', true); }
    bool start_map_key() {
        begin_element();
        open_.back().in_key = true;
        return true;
    }
    bool end_map_key() {
        open_.back().in_key = false;
        out_ += ':';
        return true;
    }
    bool end_map() { return close('}'); }

 private:
    struct Level {
        bool is_map;
        bool in_key = false;
        std::string_view key;
        std::size_t count = 0;
    };

    [[nodiscard]] bool in_key() const { return !open_.empty() && open_.back().in_key; }
    bool complain(const char* what) {
        complaint_ = in_key() ? "a key that is no text, as all of JSON are" : what;
        return false;
    }
    bool put(std::string_view plain) {
        if (in_key()) {
            return complain("");
        }
        out_.append(plain);
        return true;
    }
    bool number(double value) {
        if (!std::isfinite(value)) {
            return complain("a float that is not finite, which JSON has not");
        }
        const std::size_t begin = out_.size();
        if (!put(fmt::format("{}", value))) {
            return false;
        }
        if (out_.find_first_of(".e", begin) == std::string::npos) {
            out_ += ".0";
        }
        return true;
    }
    bool text(std::string_view plain) {
        if (!is_utf8(plain)) {
            complaint_ = kNotUtf8;
            return false;
        }
        if (in_key()) {
            open_.back().key = plain;
        }
        out_ += '"';
        append_json_escaped(out_, plain);
        out_ += '"';
        return true;
    }
    bool open(char bracket, bool is_map) {
        if (in_key()) {
            return complain("");
        }
        out_ += bracket;
        open_.push_back({.is_map = is_map, .in_key = false, .key = {}, .count = 0});
        return true;
    }
    bool begin_element() {
        out_ += open_.back().count++ == 0 ? "" : ",";
        return true;
    }
    bool close(char bracket) {
        out_ += bracket;
        open_.pop_back();
        return true;
    }

    std::string& out_;
    std::vector<Level> open_;
    const char* complaint_ = "no value of msgpack";
};

}  // namespace

Result<void> append_json_of_msgpack(std::string& out, std::string_view token, FieldPath& fault) {
    JsonSpeller speller(out);
    std::size_t end = 0;
    if (!msgpack::parse(token.data(), token.size(), end, speller)) {
        fault = speller.way();
        return failed(Reason::layout_cannot_carry, speller.complaint());
    }
    return {};
}

}  // namespace ffdump
