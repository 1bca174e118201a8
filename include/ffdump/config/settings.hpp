// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/base/secret.hpp"

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

namespace ffdump {

/// The four time-outs of the vendor's migration.ini; zero = none.
struct Timeouts {
    std::chrono::milliseconds connect{5000};
    std::chrono::milliseconds response_header{30000};
    std::chrono::milliseconds overall{35000};
    std::chrono::milliseconds idle_connection{0};
};

enum class StorageType : std::uint8_t { webdav, s3, directory, tar, chain };

/// How a bucket is named in URLs: `automatic` is virtual_host for Amazon's own endpoints, else
/// path.
enum class S3Addressing : std::uint8_t { automatic, path, virtual_host };
/// Without the permission to list a bucket, S3 says AccessDenied of an object that is not there.
enum class S3Denied : std::uint8_t { is_fault, is_missing };

/// `normalized_storage.s3` of the vendor's file, and keys of ours from session_token on.
struct S3Settings {
    std::string endpoint;
    std::string bucket_name;
    Secret access_key;
    Secret secret_access_key;
    bool secure = true;
    std::string region;
    std::string public_url;
    std::chrono::milliseconds operation_timeout{30000};
    Secret session_token;
    S3Addressing addressing = S3Addressing::automatic;
    S3Denied denied = S3Denied::is_fault;
};

/// Ids that begin with `from` begin with `to` instead.
struct RewriteRule {
    std::string from;
    std::string to;
    friend bool operator==(const RewriteRule&, const RewriteRule&) = default;
};

/// `ids` of a storage, ours: how a normalized_id becomes a name in it.
struct ImageIdSettings {
    std::string pattern = "{id}";  ///< holds {id} or {id:BEGIN:LENGTH} at least once
    std::vector<RewriteRule> rewrite;
};

enum class StorageAuth : std::uint8_t { none, basic, digest, any, bearer };

/// `access` of extraction-api or a storage, ours: the proxy for HTTP that it is reached through.
struct ProxyAccess {
    std::string proxy;  ///< "http://HOST:PORT"; empty = none, whatever the environment says
    std::string proxy_user;
    Secret proxy_password;
};

/// `access` of a storage, ours: how a service over HTTP is reached.
struct StorageAccess : ProxyAccess {
    StorageAuth auth = StorageAuth::none;
    std::string user;
    Secret password;  ///< or the token
    std::vector<std::pair<std::string, Secret>> headers;
    std::string ca_file;  ///< empty = ffdump.tls.ca_file
    std::string client_certificate;
    std::string client_key;
    Secret client_key_password;
    bool http2 = true;  ///< where a server offers it over TLS
};

/// `tar` of a storage, ours: an archive of the uploads folder.
struct TarSettings {
    std::string path;
    std::string folder;  ///< within the archive; empty = found out
    std::string cache;   ///< folder for index and unpacked images; empty = beside the archive
};

struct StorageSettings {
    StorageType type = StorageType::webdav;
    bool enabled = true;
    std::string upload_url;  ///< webdav; ends with a slash or not, both are met
    std::string directory;   ///< our own type `directory`
    S3Settings s3;
    TarSettings tar;
    std::vector<StorageSettings> chain;  ///< of type chain: asked in this order; none is a chain
    ImageIdSettings ids;
    StorageAccess access;
};

enum class ApiVersion : std::uint8_t { v1, v2 };

/// How one gallery's images are put to extraction-api and where the facen stands in the answer.
/// Keys that a configuration leaves out are filled in thus:
///     api v1 (default): path "/", detector prenormalized, objects "faces", vector "facen"
///     api v2: path "/v2", detector face, attributes [<detector>_emben], objects
///             "objects.<detector>", vector "**.<first attribute in _emben>.result";
///             with detector prenormalized the type is that of the first attribute in _emben
///             (default face_emben): [body_emben] gives "objects.body"
/// The places of v2 follow the one client that could be read; nesting below an object is not
/// documented, hence "**.". A gallery's keys are laid over the default's before the filling in,
/// unless it names the other API: then it starts from that API's values.
struct ExtractionTarget {
    ApiVersion api = ApiVersion::v1;
    std::string path = "/";  ///< appended to the service's URL; "/v2" for v2
    std::string detector = "prenormalized";
    std::vector<std::string> attributes;  ///< v2: e.g. face_emben
    std::string objects = "faces";        ///< dotted path from responses[i] to the array
    std::string vector = "facen";         ///< dotted path from an object; "**." = at any depth
    friend bool operator==(const ExtractionTarget&, const ExtractionTarget&) = default;
};

enum class GalleryAction : std::uint8_t { automatic, migrate, copy, drop };

struct GallerySettings {
    GalleryAction action = GalleryAction::automatic;
    std::optional<std::string> object_type;     ///< face, body, car: for the operator's table
    std::optional<std::string> model;           ///< new value of facen_model
    std::optional<std::string> expected_model;  ///< old value that is expected in the source
    std::optional<std::size_t> dimension;       ///< of the new facens, when it is known before
    std::optional<ExtractionTarget> extraction;
};

/// Retry figures; defaults after AWS full jitter and the SRE book.
struct RetrySettings {
    std::chrono::milliseconds base_delay{200};
    std::chrono::milliseconds max_delay{20000};
    std::chrono::milliseconds max_retry_after{120000};
    std::chrono::milliseconds probe_max{8000};
    std::chrono::milliseconds give_up_after{std::chrono::minutes(30)};  ///< 0 = never
    /// Tries of one request that fails while others are answered, before its cause is sought in it:
    /// a batch is halved, an image given up. More when the service fails others as well.
    unsigned attempts = 9;
    double share = 0.1;            ///< of the requests to a working service, so many are retries
    unsigned breaker_faults = 10;  ///< in a row, opens the breaker
};

/// Images of the run that are extracted again and again, to notice that extraction-api has come to
/// serve another model or that several servers differ.
struct CanarySettings {
    unsigned images = 8;             ///< of each extraction target; 0 = none, noted as an opt-out
    unsigned every_records = 10000;  ///< facens between two checks at most
    std::chrono::milliseconds every{std::chrono::minutes(10)};
    /// Of so many batches one carries a canary; 0 = none.
    unsigned sentinel_every = 16;
    /// So many batches of each target all carry one after a start: smaller dumps have no batch
    /// without, and the price does not grow with the dump.
    unsigned watched_batches = 10000;
    double cosine = 0.9999;  ///< at least; the last bits differ between batches and processors
};

struct LimitSettings {
    std::size_t record_bytes = 64U << 20U;
    std::size_t image_bytes = 10U << 20U;   ///< Multi's own API limit is 10 MB
    unsigned image_side_least = 16;         ///< pixels; less shows no face
    unsigned image_side_most = 6000;        ///< extraction-api's own max_dimension
    std::size_t batch_bytes = 8U << 20U;    ///< images of one extraction request, if several
    std::size_t window_bytes = 24U << 20U;  ///< records and images in flight together
    std::size_t depth = 64;                 ///< nesting of a record
};

/// How far what is found out while running may go.
struct AdaptiveSettings {
    unsigned workers_most = 128;  ///< with `workers_num: auto`
    unsigned batch_most = 64;     ///< with `extraction_batch_size: auto`
    unsigned fetches_most = 128;  ///< unless `fetches` is a number
};

/// Everything migrate needs to know, checked. Made by load_settings; printed by describe_settings.
struct Settings {
    std::vector<std::string> extraction_urls;  ///< servers of one model; requests go to the idlest
    Timeouts extraction_timeouts;
    ProxyAccess extraction_access;
    Timeouts storage_timeouts;
    unsigned workers = 3;        ///< `workers_num`: extraction requests in flight; 0 = auto
    unsigned faces_limit = 100;  ///< accepted; images fetched ahead are bounded by bytes
    unsigned batch_size = 8;     ///< `extraction_batch_size`: images in one request; 0 = auto
    unsigned fetches = 0;        ///< image requests in flight; 0 = auto
    AdaptiveSettings adaptive;
    StorageSettings storage;
    ExtractionTarget extraction;                       ///< default of every gallery
    std::map<std::string, GallerySettings> galleries;  ///< key: name, `*` and `?` as in the shell
    std::optional<std::string> model;                  ///< default new facen_model
    double norm_tolerance = 1e-3;
    RetrySettings retry;
    CanarySettings canaries;
    LimitSettings limits;
    std::string ca_file;
    std::vector<std::string> image_hosts;  ///< origins allowed for absolute URLs in normalized_id
    std::vector<std::string> notices;      ///< for the operator: accepted and unused keys and such

    /// The settings of the best matching gallery key: the name itself, else the longest pattern
    /// that matches, of equally long ones the first in the alphabet; defaults when none does. Keys
    /// of several matches are not merged. Without `extraction` or `model` the defaults above hold.
    [[nodiscard]] GallerySettings gallery(std::string_view name) const;
};

/// Variables of the environment that a configuration looks at, among those that
/// configuration_variables() names.
using Variables = std::map<std::string, Secret>;

/// What the command line and the environment say, over the file; the caller has settled which of
/// those two holds. `assignments` are applied last. A URL or folder of images also chooses the
/// storage's type and enables it.
struct SettingsOverrides {
    std::optional<std::string> extraction_url;  ///< or several with commas between
    std::optional<std::string> upload_url;
    std::optional<std::string> images_directory;
    std::optional<std::string> workers;  ///< a number or auto, as batch_size
    std::optional<std::string> batch_size;
    std::optional<std::string> model;
    std::optional<std::chrono::milliseconds> give_up_after;
    std::vector<std::string> assignments;  ///< "ffdump.retry.attempts=5"
    Variables variables;
};

}  // namespace ffdump
