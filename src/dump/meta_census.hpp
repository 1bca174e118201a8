// SPDX-License-Identifier: Apache-2.0
#pragma once

#include "ffdump/dump/profile.hpp"
#include "ffdump/dump/survey.hpp"

#include <string_view>

namespace ffdump {

/// Counts which fields meta has, in JSON and in msgpack; bounded memory, whatever a record holds.
/// `profile` and `survey` must outlive it. One thread.
class MetaCensus {
 public:
    MetaCensus(const Profile& profile, FileSurvey& survey) : profile_(profile), survey_(survey) {}

    /// `record` has been proved to be one.
    void add(std::string_view record);

 private:
    void add_json(std::string_view record);
    void add_msgpack(std::string_view record);
    void note(std::string_view key, ValueKind kind);
    void note_absurd() noexcept { survey_.has_more_meta_fields = true; }

    const Profile& profile_;
    FileSurvey& survey_;
};

}  // namespace ffdump
