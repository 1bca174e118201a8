// SPDX-License-Identifier: Apache-2.0
#include "ffdump/base/reason.hpp"

#include <algorithm>
#include <array>

namespace ffdump {
namespace {

using enum FaultClass;

// `reason` is named in every row so that the test can hold the table against the enumeration.
constexpr auto kReasons = std::to_array<ReasonInfo>({
    {Reason::no_normalized_id, "no_normalized_id", record, 3, "names no normalized image",
     "re-create the normalized image in FindFace and take the dump again"},
    {Reason::image_id_invalid, "image_id_invalid", record, 3, "names an image by an unsafe path",
     "look at the record's normalized_id; such a path is never followed"},
    {Reason::image_url_not_allowed, "image_url_not_allowed", record, 3,
     "names an image on a host that is not configured",
     "add the host to ffdump.image_hosts if it is yours"},
    {Reason::image_missing, "image_missing", record, 3, "has no image in the storage",
     "restore the image from a backup of the uploads folder, then use --retry-failed"},
    {Reason::image_unreadable, "image_unreadable", record, 3,
     "has a file in the storage that is not an image",
     "restore the image from a backup of the uploads folder, then use --retry-failed"},
    {Reason::image_too_large, "image_too_large", record, 3, "has an image over the size limit",
     "raise ffdump.limits.image_bytes, then use --retry-failed"},
    {Reason::image_undecodable, "image_undecodable", record, 3,
     "has an image that extraction-api cannot decode",
     "restore the image from a backup of the uploads folder, then use --retry-failed"},
    {Reason::no_face, "no_face", record, 3, "has an image in which no object was found",
     "look at the image; mend it in the storage, then use --retry-failed"},
    {Reason::several_faces, "several_faces", record, 3,
     "has an image in which several objects were found",
     "look at the image; mend it in the storage, then use --retry-failed"},
    {Reason::extraction_rejected, "extraction_rejected", record, 3,
     "was refused by extraction-api even when asked alone",
     "read the detail; repair the image, then use --retry-failed"},
    {Reason::facen_invalid, "facen_invalid", record, 3, "got a facen that is not valid, twice",
     "check the model of extraction-api, then use --retry-failed"},

    {Reason::source_unreadable, "source_unreadable", source, 4, "cannot be read",
     "check the path and its permissions"},
    {Reason::source_unrecognized, "source_unrecognized", source, 4,
     "matches no known layout of a dump",
     "write a profile after formats/README.md and give it with --format FILE"},
    {Reason::source_changed, "source_changed", source, 4, "changed while it was read",
     "make a copy of the dump that nobody writes to, and start again"},
    {Reason::record_malformed, "record_malformed", source, 4, "holds a record that is malformed",
     "repair the dump, or use --skip-bad-records to list it as failed and go on"},
    {Reason::record_torn, "record_torn", source, 4, "ends in the middle of a record",
     "take the dump again, or use --skip-bad-records to list it as failed and go on"},
    {Reason::record_too_large, "record_too_large", source, 4, "holds a record over the size limit",
     "raise --max-record-bytes if the record is real"},
    {Reason::record_too_deep, "record_too_deep", source, 4, "holds a record nested too deeply",
     "repair the dump, or use --skip-bad-records to list it as failed and go on"},
    {Reason::field_missing, "field_missing", source, 4, "holds a record without a needed field",
     "repair the dump, or use --skip-bad-records to list it as failed and go on"},
    {Reason::id_invalid, "id_invalid", source, 4,
     "holds a record whose id is not a whole number of 64 bits",
     "repair the dump, or use --skip-bad-records to list it as failed and go on"},
    {Reason::key_duplicate, "key_duplicate", source, 4, "holds a record that names a key twice",
     "repair the dump, or use --skip-bad-records to list it as failed and go on"},
    {Reason::id_duplicate, "id_duplicate", source, 4, "holds an id twice in one gallery",
     "find out which record is the right one; use --allow-duplicate-ids to keep both"},

    {Reason::name_unresolved, "name_unresolved", service, 5, "has a host name that is not known",
     "check the URL and the machine's name server"},
    {Reason::connection_failed, "connection_failed", service, 5, "accepts no connection",
     "check that the service runs and that the URL is right, then run the same command again"},
    {Reason::connection_lost, "connection_lost", service, 5, "broke the connection",
     "check the service's log, then run the same command again"},
    {Reason::request_timed_out, "request_timed_out", service, 5, "did not answer in time",
     "check the service's load or raise the time-out, then run the same command again"},
    {Reason::tls_failed, "tls_failed", service, 5, "failed the TLS handshake",
     "check the certificate and ffdump.tls.ca_file"},
    {Reason::answer_too_large, "answer_too_large", service, 5, "sent an answer over the limit",
     "check that the URL is that of the right service"},
    {Reason::answer_malformed, "answer_malformed", service, 5,
     "sent an answer that breaks the protocol",
     "check that the URL is that of the right service and its version"},
    {Reason::service_refuses, "service_refuses", service, 5, "refuses the request",
     "check the URL, path and credentials, then run the same command again"},
    {Reason::service_overloaded, "service_overloaded", service, 5, "says that it is overloaded",
     "check the service's load, then run the same command again"},
    {Reason::storage_unreadable, "storage_unreadable", service, 5, "cannot be read",
     "check the folder and its permissions, then run the same command again"},
    {Reason::failure_pattern, "failure_pattern", service, 5,
     "fails so many records in a row that it looks broken",
     "check the storage and extraction-api settings, then run the same command again"},

    {Reason::output_unwritable, "output_unwritable", machine, 6, "cannot be written",
     "check the path, its permissions and the disk, then run the same command again"},
    {Reason::disk_full, "disk_full", machine, 6, "has no space left",
     "free some space, then run the same command again to go on"},
    {Reason::out_of_descriptors, "out_of_descriptors", machine, 6, "has no file descriptors left",
     "raise ulimit -n, then run the same command again to go on"},
    {Reason::lock_held, "lock_held", machine, 8, "is in use by another run",
     "wait for that run, or stop it"},

    {Reason::journal_damaged, "journal_damaged", trust, 4, "has a damaged journal",
     "keep the directory for inspection and migrate into a fresh one"},
    {Reason::output_damaged, "output_damaged", trust, 4,
     "does not hold what the journal says was written",
     "keep the directory for inspection and migrate into a fresh one"},
    {Reason::model_changed, "model_changed", trust, 7, "changed its model during the run",
     "let extraction-api serve the first model again, on every server behind the address, then run "
     "the same command with --rewind-to-canary; if the first model was the wrong one, migrate into "
     "a "
     "new directory"},
    {Reason::archive_damaged, "archive_damaged", trust, 4, "stands in a damaged archive",
     "take another copy of the archive; ffdump unpack --salvage saves what is whole in this one"},
    {Reason::archive_refused, "archive_refused", trust, 4,
     "stands in an archive that ffdump pack did not write",
     "do not unpack it by other means before you know where it comes from"},

    {Reason::usage_error, "usage_error", setup, 2, "was not understood", "see ffdump --help"},
    {Reason::config_unreadable, "config_unreadable", setup, 2, "cannot be read",
     "check the path and its permissions"},
    {Reason::config_invalid, "config_invalid", setup, 2, "is not valid",
     "correct the configuration"},
    {Reason::profile_invalid, "profile_invalid", setup, 2, "is not a valid layout profile",
     "see formats/README.md"},
    {Reason::layout_cannot_carry, "layout_cannot_carry", setup, 2,
     "holds what the layout to write cannot carry", "choose another layout with --format"},
    {Reason::gallery_undecided, "gallery_undecided", setup, 2, "needs a decision",
     "set ffdump.galleries.NAME.action"},
    {Reason::model_unknown, "model_unknown", setup, 2, "does not say which model is new",
     "give --model NAME or set ffdump.galleries.NAME.model"},
    {Reason::output_occupied, "output_occupied", setup, 2, "holds something else",
     "give an empty or new directory"},
    {Reason::resume_refused, "resume_refused", setup, 2,
     "holds an unfinished run of another source or other settings",
     "use the first run's source and settings, or give a new directory"},
    {Reason::too_many_failures, "too_many_failures", setup, 3, "went over --max-failures",
     "look at .ffdump/failures.jsonl.part in the new dump and mend the cause; the same command "
     "goes "
     "on, and --retry-failed takes up afterwards what has failed already"},

    {Reason::output_incomplete, "output_incomplete", trust, 3, "is not complete",
     "run the same ffdump migrate command again to go on"},
    {Reason::manifest_invalid, "manifest_invalid", trust, 3, "has a manifest that is not valid",
     "do not restore; migrate again or take the directory from a backup"},
    {Reason::file_missing, "file_missing", trust, 3, "lacks a file", "do not restore"},
    {Reason::file_extra, "file_extra", trust, 3, "holds a file that the manifest does not name",
     "move it away; the restore loop would load it"},
    {Reason::checksum_differs, "checksum_differs", trust, 3,
     "differs from the checksum in the manifest", "do not restore this file"},
    {Reason::record_lost, "record_lost", trust, 3, "lacks a record of the source",
     "do not restore"},
    {Reason::record_extra, "record_extra", trust, 3, "holds a record that the source lacks",
     "do not restore"},
    {Reason::record_doubled, "record_doubled", trust, 3, "holds an id twice", "do not restore"},
    {Reason::record_altered, "record_altered", trust, 3,
     "holds a record that differs in more than the facen", "do not restore"},
    {Reason::order_changed, "order_changed", trust, 3, "holds records in another order",
     "find out who rewrote the file"},
    {Reason::old_facen_kept, "old_facen_kept", trust, 3, "holds a facen of the old model",
     "do not restore: two models would be mixed"},
    {Reason::facen_differs, "facen_differs", trust, 3,
     "holds facens that differ from what was extracted", "do not restore"},
    {Reason::model_differs, "model_differs", trust, 3, "names another model than the manifest",
     "do not restore: the shard would refuse or mislabel the gallery"},
    {Reason::failed_record_present, "failed_record_present", trust, 3,
     "holds a record that is listed as failed", "do not restore"},
    {Reason::failures_differ, "failures_differ", trust, 3,
     "has a failures list that does not match", "do not restore"},
    {Reason::law_broken, "law_broken", trust, 3,
     "breaks the law source = target + failed + excluded", "do not restore"},
    {Reason::signature_invalid, "signature_invalid", trust, 3,
     "has no signature of the key that was given",
     "do not restore; ask whoever signs your dumps for the file and the public key"},
    {Reason::run_differs, "run_differs", trust, 3, "is of another run than was asked for",
     "do not restore: an older dump may have been put in the place of the one you want"},

    {Reason::interrupted, "interrupted", internal, 130, "was interrupted",
     "run the same command again to go on"},
    {Reason::internal_error, "internal_error", internal, 1, "met an error of its own",
     "report it with the log"},
});

}  // namespace

const ReasonInfo& reason_info(Reason reason) noexcept {
    const auto* const row = std::ranges::find(kReasons, reason, &ReasonInfo::reason);
    return row == kReasons.end() ? kReasons.back() : *row;
}

std::string_view reason_name(Reason reason) noexcept {
    return reason_info(reason).name;
}

std::optional<Reason> reason_from_name(std::string_view name) noexcept {
    const auto* const row = std::ranges::find(kReasons, name, &ReasonInfo::name);
    if (row == kReasons.end()) {
        return std::nullopt;
    }
    return row->reason;
}

std::string_view fault_class_name(FaultClass fault) noexcept {
    constexpr std::array<std::string_view, 7> kNames{"record", "service", "machine", "source",
                                                     "trust",  "setup",   "internal"};
    return kNames.at(static_cast<std::size_t>(fault));
}

}  // namespace ffdump
