// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/result.hpp"
#include "ffdump/dump/dump_directory.hpp"
#include "ffdump/dump/id_census.hpp"
#include "ffdump/dump/record_reader.hpp"
#include "ffdump/io/byte_source.hpp"
#include "ffdump/io/file_system.hpp"
#include "ffdump/record/facen.hpp"

#include <array>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <vector>

namespace ffdump {

struct SurveyOptions {
    ReadLimits limits;
    bool decode_facens = false;      ///< also check base64, finiteness and norm of the old facens,
                                     ///< and look for equal ones
    bool read_meta = false;          ///< also which fields meta has
    std::string temporary_folder;    ///< for the id census; 8 bytes an id, and a facen if decoded
    std::size_t most_problems = 10;  ///< how many Errors are kept
};

/// What is told apart among the values of a field.
/// The last two are of msgpack alone.
enum class ValueKind : std::uint8_t { text, number, boolean, null, object, array, bin, ext };
inline constexpr std::size_t kValueKinds = 8;

/// A field of meta.
struct MetaField {
    std::uint64_t records = 0;                       ///< that have it
    std::array<std::uint64_t, kValueKinds> kinds{};  ///< by ValueKind
};
/// Fields that are told apart; what the others are is not kept.
inline constexpr std::size_t kMostMetaFields = 256;
/// Galleries that are told apart in one file.
inline constexpr std::size_t kMostGalleries = 1024;

/// What one pass over a dump file found. Counts are of records unless said otherwise.
struct FileSurvey {
    std::uint64_t bytes = 0;           ///< unpacked
    std::uint64_t records = 0;         ///< bad ones included
    std::uint64_t bad = 0;             ///< could not be parsed
    std::uint64_t with_image = 0;      ///< normalized_id is there and not empty
    std::uint64_t with_model = 0;      ///< facen_model is there
    std::uint64_t invalid_facens = 0;  ///< only with decode_facens
    std::uint64_t norms = 0;           ///< facens that have a length: decoded, finite
    double norm_min = 0;               ///< of these; 0 = none
    double norm_median = 0;            ///< to a float's precision where norms are near 1
    double norm_max = 0;
    std::uint64_t equal_facens = 0;  ///< different ones that occur more than once, by a 64-bit hash
    std::uint64_t with_meta = 0;     ///< meta is there; only with read_meta, as the next
    std::map<std::string, MetaField, std::less<>> meta_fields;
    bool has_more_meta_fields = false;  ///< than kMostMetaFields, or ones with absurd names or none
    /// Records that name a gallery, by it.
    std::map<std::string, std::uint64_t, std::less<>> galleries;
    bool has_more_galleries = false;  ///< than kMostGalleries, or ones with absurd names
    std::map<std::string, std::uint64_t> models;      ///< at most 16 different ones are told apart
    std::map<std::size_t, std::uint64_t> dimensions;  ///< by the length of the text, at most 16
    std::optional<std::string> stated_model;          ///< by header or trailer
    std::optional<std::uint64_t> stated_dimension;    ///< likewise
    std::optional<std::uint64_t> stated_count;        ///< by trailer or head of the array
    std::optional<SlashStyle> slash;                  ///< of the first facen whose text shows one
    IdCensus::Duplicates duplicates;
    std::vector<Error> problems;  ///< the first ones, in order
    std::string fingerprint;      ///< XXH3-128 of all bytes, unpacked; hex
    /// normalized_ids from all over the file: by them a storage can be told from a missing image.
    std::vector<std::string> sample_ids;
    FileIdentity identity;  ///< the same before and after the pass
};

/// Whether the trailer states another number of records than there are: some are lost.
[[nodiscard]] bool has_wrong_count(const FileSurvey& survey) noexcept;

/// Called now and then with the bytes read so far; returns false to stop (`interrupted`).
using SurveyProgress = std::function<bool(std::uint64_t bytes)>;

/// Reads `bytes`, the whole of `file`, to the end; bounded memory. The identity is left open. Fails
/// as survey_file() does, but cannot know `source_changed`.
[[nodiscard]] Result<FileSurvey> survey_bytes(FileSystem& files, const DumpFile& file,
                                              ByteSource& bytes, const SurveyOptions& options,
                                              const SurveyProgress& progress);

/// Reads the whole file once; bounded memory. Fails with `source_unreadable`, `source_changed`
/// (the file changed while it was read), `record_too_large`, `interrupted`. Progress is in bytes of
/// the file, which may be packed.
[[nodiscard]] Result<FileSurvey> survey_file(FileSystem& files, const DumpFile& file,
                                             const SurveyOptions& options,
                                             const SurveyProgress& progress);

}  // namespace ffdump
