// SPDX-License-Identifier: Apache-2.0
#include "fuzz_harnesses.hpp"
#include "support/drip_source.hpp"

#include "ffdump/journal/failures.hpp"

#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace ffdump {
namespace {

/// Small, so that inputs reach it.
constexpr std::size_t kMostLineBytes = 600;

struct ListRead {
    std::vector<std::string> lines;  ///< as they are written anew
    std::optional<Error> error;
};

ListRead read_list(std::string_view bytes, std::size_t piece) {
    DripSource source(bytes, piece);
    FailureReader reader(source, "failures.jsonl", kMostLineBytes);
    ListRead list;
    for (;;) {
        Result<std::optional<FailureEntry>> entry = reader.next();
        if (!entry) {
            list.error = std::move(entry.error());
            return list;
        }
        if (!*entry) {
            return list;
        }
        list.lines.push_back(failure_line(**entry));
    }
}

}  // namespace

void fuzz_failures_list(std::string_view input) {
    const ListRead list = read_list(input, SIZE_MAX);
    const ListRead in_pieces = read_list(input, 7);
    must_hold(list.lines == in_pieces.lines, "how much is read at once changes nothing");
    must_hold(list.error.has_value() == in_pieces.error.has_value(), "and no error");
    if (list.error) {
        must_hold(list.error->reason() == Reason::failures_differ &&
                      list.error->place().offset.has_value(),
                  "lists are judged, with the place");
    }
    for (const std::string& line : list.lines) {
        DripSource source(line);
        FailureReader reader(source, "again", line.size());
        const Result<std::optional<FailureEntry>> entry = reader.next();
        must_hold(entry && *entry && failure_line(**entry) == line,
                  "an entry that was read can be written");
    }
}

}  // namespace ffdump
