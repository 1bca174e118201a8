// SPDX-License-Identifier: Apache-2.0
#include "fault_plan.hpp"

#include "made_facen.hpp"

#include "ffdump/base/nearest_word.hpp"

#include <fmt/format.h>

#include <algorithm>
#include <array>
#include <cctype>
#include <charconv>

namespace ffdump {

namespace {

enum class Argument : std::uint8_t { none, text, milliseconds, which, required };

struct Word {
    std::string_view word;
    FaultKind kind;
    Argument argument;
    bool extraction;
    bool images;
};

constexpr std::array kWords{
    Word{"reset", FaultKind::reset, Argument::none, true, true},
    Word{"reset-body", FaultKind::reset_body, Argument::none, true, true},
    Word{"close", FaultKind::close, Argument::none, true, true},
    Word{"hang", FaultKind::hang, Argument::none, true, true},
    Word{"slow-body", FaultKind::slow_body, Argument::milliseconds, true, false},
    Word{"slow", FaultKind::slow_body, Argument::milliseconds, false, true},
    Word{"truncated", FaultKind::truncated, Argument::none, true, true},
    Word{"empty", FaultKind::empty_body, Argument::none, true, true},
    Word{"malformed-json", FaultKind::malformed_json, Argument::none, true, false},
    Word{"missing-response", FaultKind::missing_response, Argument::none, true, false},
    Word{"extra-response", FaultKind::extra_response, Argument::none, true, false},
    Word{"swap", FaultKind::swap, Argument::none, true, false},
    Word{"rotate", FaultKind::rotate, Argument::none, true, false},
    Word{"same", FaultKind::same, Argument::none, true, false},
    Word{"nan", FaultKind::nan, Argument::which, true, false},
    Word{"zero-vector", FaultKind::zero_vector, Argument::which, true, false},
    Word{"wrong-dimension", FaultKind::wrong_dimension, Argument::which, true, false},
    Word{"bad-norm", FaultKind::bad_norm, Argument::which, true, false},
    Word{"no-face", FaultKind::no_face, Argument::which, true, false},
    Word{"two-faces", FaultKind::two_faces, Argument::which, true, false},
    Word{"not-base64", FaultKind::not_base64, Argument::which, true, false},
    Word{"model", FaultKind::model, Argument::required, true, false},
    Word{"html", FaultKind::html, Argument::none, false, true},
    Word{"redirect", FaultKind::redirect, Argument::required, false, true},
};

constexpr std::array kStatuses{400, 401, 403, 404, 405, 408, 413, 415,
                               422, 429, 500, 501, 502, 503, 504};

constexpr std::string_view kImagePrefix = "image-";

template <class Number>
bool read_number(std::string_view text, Number& value) {
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    return !text.empty() && error == std::errc{} && end == text.data() + text.size();
}

bool is_number_like(std::string_view text, std::string_view extra) {
    return !text.empty() && std::ranges::all_of(text, [&](char c) {
        return std::isdigit(static_cast<unsigned char>(c)) != 0 ||
               extra.find(c) != std::string_view::npos;
    });
}

/// Cuts `mark` and what follows it off the end of `spec` when that looks like a number, since an
/// argument (a URL) may hold the mark as well.
std::string_view take_tail(std::string_view& spec, char mark, std::string_view extra) {
    const std::size_t at = spec.rfind(mark);
    if (at == std::string_view::npos || !is_number_like(spec.substr(at + 1), extra)) {
        return {};
    }
    const std::string_view tail = spec.substr(at + 1);
    spec = spec.substr(0, at);
    return tail;
}

bool read_range(std::string_view text, FaultRule& rule) {
    const std::size_t dash = text.find('-');
    if (!read_number(text.substr(0, dash), rule.from) || rule.from == 0) {
        return false;
    }
    return dash == std::string_view::npos || dash + 1 == text.size() ||
           (read_number(text.substr(dash + 1), rule.to) && rule.to >= rule.from);
}

bool is_hex(std::string_view text) {
    return std::ranges::all_of(
        text, [](char c) { return std::isxdigit(static_cast<unsigned char>(c)) != 0; });
}

bool argument_fits(Argument wanted, std::string_view argument) {
    std::uint64_t number = 0;
    switch (wanted) {
        case Argument::none:
            return argument.empty();
        case Argument::text:
            return true;
        case Argument::required:
            return !argument.empty();
        case Argument::milliseconds:
            return argument.empty() || read_number(argument, number);
        case Argument::which:
            return argument.empty() || argument == "all" || read_number(argument, number) ||
                   (argument.starts_with("sha256=") && argument.size() >= 15 &&
                    is_hex(argument.substr(7)));
    }
    return false;
}

/// Finds the kind's word; the failing side is the argument-independent part of the sentence.
tl::expected<Argument, std::string> find_kind(std::string_view word, FaultRule& rule) {
    rule.on_images = word.starts_with(kImagePrefix);
    const std::string_view bare = rule.on_images ? word.substr(kImagePrefix.size()) : word;
    if (read_number(bare, rule.status) && std::ranges::count(kStatuses, rule.status) == 1) {
        rule.kind = FaultKind::status;
        return rule.status == 429 || rule.status == 503 ? Argument::text : Argument::none;
    }
    for (const Word& known : kWords) {
        if (known.word == bare && (rule.on_images ? known.images : known.extraction)) {
            rule.kind = known.kind;
            return known.argument;
        }
    }
    const std::string near = nearest_word(word, fault_words());
    return tl::unexpected(fmt::format("unknown fault kind '{}'{}", word,
                                      near.empty() ? "" : "; did you mean '" + near + "'?"));
}

std::uint64_t word_hash(std::uint64_t seed, std::size_t rule, std::uint64_t n) {
    SplitMix64 mix(seed ^ (n * 0x9E3779B97F4A7C15U) ^ (std::uint64_t{rule} << 56U));
    mix.next();
    return mix.next();
}

}  // namespace

bool FaultRule::meets_answer(std::size_t index, std::string_view sha256) const {
    if (argument.empty() || argument == "all") {
        return true;
    }
    if (argument.starts_with("sha256=")) {
        return sha256.starts_with(std::string_view(argument).substr(7));
    }
    std::size_t wanted = 0;
    return read_number(argument, wanted) && wanted == index;
}

std::uint64_t FaultRule::milliseconds(std::uint64_t otherwise) const {
    std::uint64_t value = otherwise;
    return read_number(argument, value) ? value : otherwise;
}

bool is_facen_fault(FaultKind kind) {
    return kind >= FaultKind::nan && kind <= FaultKind::not_base64;
}

tl::expected<FaultRule, std::string> parse_fault(std::string_view spec) {
    FaultRule rule;
    rule.spec = spec;
    std::string_view rest = spec;
    const std::string_view percent = take_tail(rest, '%', ".");
    const std::string_view range = take_tail(rest, '@', "-");
    const std::string_view word = rest.substr(0, rest.find_first_of(":@%"));
    std::string_view argument = rest.substr(word.size());
    const auto wanted = find_kind(word, rule);
    if (!wanted) {
        return tl::unexpected(fmt::format("--fault {}: {}", spec, wanted.error()));
    }
    const bool has_argument = argument.starts_with(':');
    argument.remove_prefix(has_argument ? 1 : 0);
    rule.argument = argument;
    if ((!argument.empty() && !has_argument) || (has_argument && argument.empty()) ||
        !argument_fits(*wanted, argument) ||
        std::ranges::any_of(argument, [](char c) { return static_cast<unsigned char>(c) < 32; })) {
        return tl::unexpected(fmt::format("--fault {}: '{}' takes another argument", spec, word));
    }
    if (!range.empty() && !read_range(range, rule)) {
        return tl::unexpected(
            fmt::format("--fault {}: the range is FROM or FROM-TO, from 1", spec));
    }
    if (!percent.empty() && (!read_number(percent, rule.percent) || rule.percent > 100.0)) {
        return tl::unexpected(fmt::format("--fault {}: the percentage is 0 to 100", spec));
    }
    return rule;
}

std::vector<std::string> fault_words() {
    std::vector<std::string> words;
    for (const int status : kStatuses) {
        words.push_back(std::to_string(status));
        words.push_back(fmt::format("{}{}", kImagePrefix, status));
    }
    for (const Word& known : kWords) {
        if (known.extraction) {
            words.emplace_back(known.word);
        }
        if (known.images) {
            words.push_back(fmt::format("{}{}", kImagePrefix, known.word));
        }
    }
    return words;
}

bool FaultPlan::meets(std::size_t rule, std::uint64_t n) const {
    const FaultRule& candidate = rules_[rule];
    if (n < candidate.from || n > candidate.to) {
        return false;
    }
    const double chance = static_cast<double>(word_hash(seed_, rule, n) >> 11U) * 0x1.0p-53;
    return chance * 100.0 < candidate.percent;
}

const FaultRule* FaultPlan::extraction_fault(std::uint64_t n) const {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (!rules_[i].on_images && rules_[i].kind != FaultKind::model && meets(i, n)) {
            return &rules_[i];
        }
    }
    return nullptr;
}

const FaultRule* FaultPlan::image_fault(std::uint64_t n) const {
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].on_images && meets(i, n)) {
            return &rules_[i];
        }
    }
    return nullptr;
}

const FaultRule* FaultPlan::model_change(std::uint64_t n) const {
    const FaultRule* last = nullptr;
    for (std::size_t i = 0; i < rules_.size(); ++i) {
        if (rules_[i].kind == FaultKind::model && meets(i, n)) {
            last = &rules_[i];
        }
    }
    return last;
}

}  // namespace ffdump
