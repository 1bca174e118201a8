// SPDX-License-Identifier: Apache-2.0
#pragma once

#include <cstdint>
#include <optional>
#include <string_view>

namespace ffdump {

/// Who is at fault. Decides whether a record may be booked as failed: only `record` and, with
/// --skip-bad-records, `source` ever are. A fault of a service or of the machine never is.
enum class FaultClass : std::uint8_t { record, service, machine, source, trust, setup, internal };

/// One table for messages, JSON, exit codes and the failures list. Spelled in code as in JSON and
/// docs. Values are never written to disk as numbers, so the order here is free.
enum class Reason : std::uint8_t {
    // record: this record cannot be migrated, the run goes on
    no_normalized_id,
    image_id_invalid,
    image_url_not_allowed,
    image_missing,
    image_unreadable,
    image_too_large,
    image_undecodable,
    no_face,
    several_faces,
    extraction_rejected,
    facen_invalid,
    // source: the dump itself
    source_unreadable,
    source_unrecognized,
    source_changed,
    record_malformed,
    record_torn,
    record_too_large,
    record_too_deep,
    field_missing,
    id_invalid,
    key_duplicate,
    id_duplicate,
    // service: storage or extraction-api
    name_unresolved,
    connection_failed,
    connection_lost,
    request_timed_out,
    tls_failed,
    answer_too_large,
    answer_malformed,
    service_refuses,
    service_overloaded,
    storage_unreadable,
    failure_pattern,
    // machine
    output_unwritable,
    disk_full,
    out_of_descriptors,
    lock_held,
    // trust
    journal_damaged,
    output_damaged,
    model_changed,
    archive_damaged,
    archive_refused,
    // setup
    usage_error,
    config_unreadable,
    config_invalid,
    profile_invalid,
    layout_cannot_carry,
    gallery_undecided,
    model_unknown,
    output_occupied,
    resume_refused,
    too_many_failures,
    // found by verify
    output_incomplete,
    manifest_invalid,
    file_missing,
    file_extra,
    checksum_differs,
    record_lost,
    record_extra,
    record_doubled,
    record_altered,
    order_changed,
    old_facen_kept,
    facen_differs,
    model_differs,
    failed_record_present,
    failures_differ,
    law_broken,
    signature_invalid,
    run_differs,
    // the rest
    interrupted,
    internal_error,
};

/// What is known of a reason. `sentence` completes "the record/dump/service ..."; `cure` tells the
/// operator what to do next. All views are static.
struct ReasonInfo {
    Reason reason;
    std::string_view name;
    FaultClass fault;
    int exit_code;
    std::string_view sentence;
    std::string_view cure;
};

[[nodiscard]] const ReasonInfo& reason_info(Reason reason) noexcept;
[[nodiscard]] std::string_view reason_name(Reason reason) noexcept;
[[nodiscard]] std::optional<Reason> reason_from_name(std::string_view name) noexcept;
[[nodiscard]] std::string_view fault_class_name(FaultClass fault) noexcept;

}  // namespace ffdump
