// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/journal/redo_log.hpp"

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

namespace ffdump {

/// Bytes of a redo segment; formats/redo.md is the page of it.
constexpr std::size_t kRedoHeaderBytes = 40;

[[nodiscard]] std::string redo_file_name(std::uint64_t number);
/// The number of a segment's file name; nothing for any other name.
[[nodiscard]] std::optional<std::uint64_t> redo_number(std::string_view file_name);

/// "FFREDO2\n" and the run id.
[[nodiscard]] std::string redo_header(std::string_view run_id);
/// What the hashes of one run's entries begin with.
[[nodiscard]] std::uint64_t redo_seed(std::string_view run_id);

/// An `image` longer than RedoLog::kMostImageBytes is left out.
void append_redo_entry(std::string& out, std::uint64_t seed, const RecordPlace& place,
                       std::uint64_t record_id, std::string_view image, const Facen& facen);

enum class RedoState : std::uint8_t { whole, cut, invalid };

/// The entry at the front of `bytes`, and how many of them it has. `cut`: it may become whole with
/// more bytes.
[[nodiscard]] RedoState parse_redo_entry(std::string_view bytes, std::uint64_t seed,
                                         RedoEntry& entry, std::size_t& size);

}  // namespace ffdump
