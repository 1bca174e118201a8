// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <tl/expected.hpp>

#include <cstddef>
#include <cstdint>
#include <limits>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {

/// What the double can do wrong. The words of the command line are in fault_words().
enum class FaultKind : std::uint8_t {
    // instead of an answer (extraction and images)
    status,
    reset,
    close,
    hang,
    // to a whole answer (extraction and images)
    reset_body,
    slow_body,
    truncated,
    empty_body,
    // to the JSON of an extraction answer
    malformed_json,
    missing_response,
    extra_response,
    swap,
    rotate,
    same,
    // to single facens
    nan,
    zero_vector,
    wrong_dimension,
    bad_norm,
    no_face,
    two_faces,
    not_base64,
    // another network
    model,
    // to images only
    html,
    redirect,
};

/// One --fault: a kind, its argument, and which requests it meets.
struct FaultRule {
    std::string spec;  ///< as on the command line; goes into the log
    FaultKind kind = FaultKind::status;
    bool on_images = false;  ///< image GETs; otherwise extraction POSTs
    int status = 0;          ///< of kind `status`
    std::string argument;    ///< empty = none
    std::uint64_t from = 1;
    std::uint64_t to = std::numeric_limits<std::uint64_t>::max();
    double percent = 100.0;

    /// For kinds on single facens: whether answer `index` of an image with this SHA-256 is meant.
    /// The argument is `all` (the default), an index from 0, or sha256=HEX (a prefix will do).
    [[nodiscard]] bool meets_answer(std::size_t index, std::string_view sha256) const;
    /// The argument as a number of milliseconds, or `otherwise`.
    [[nodiscard]] std::uint64_t milliseconds(std::uint64_t otherwise) const;
};

[[nodiscard]] bool is_facen_fault(FaultKind kind);

/// KIND[:ARG][@FROM[-TO]][%PERCENT]; the failing side is the sentence of the usage error.
[[nodiscard]] tl::expected<FaultRule, std::string> parse_fault(std::string_view spec);

/// Every word that parse_fault knows, for --help and suggestions.
[[nodiscard]] std::vector<std::string> fault_words();

/// Which rules meet request number n. A pure function of the rules, the seed and n: the same run
/// of requests meets the same faults whatever the threads do. Immutable, thread-safe.
class FaultPlan {
 public:
    FaultPlan(std::vector<FaultRule> rules, std::uint64_t seed)
        : rules_(std::move(rules)), seed_(seed) {}

    /// The first rule in command line order that meets extraction request n; models apart.
    [[nodiscard]] const FaultRule* extraction_fault(std::uint64_t n) const;
    [[nodiscard]] const FaultRule* image_fault(std::uint64_t n) const;
    /// The last model rule that meets extraction request n.
    [[nodiscard]] const FaultRule* model_change(std::uint64_t n) const;

 private:
    [[nodiscard]] bool meets(std::size_t rule, std::uint64_t n) const;
    std::vector<FaultRule> rules_;
    std::uint64_t seed_;
};

}  // namespace ffdump
